import type { ApplicationDirectory } from './application-rows.ts';
import type { DirectoryPlan, OurDirectory } from './directory-plan.ts';
import { createOutcomes } from './outcomes.ts';
import { planAssignments } from './plan-assignments.ts';
import { planClusters } from './plan-clusters.ts';
import { planCredits } from './plan-credits.ts';
import { planProjects } from './plan-projects.ts';
import { planUsers } from './plan-users.ts';

/**
 * Plans what brings the directory of the application over. Every row gets one outcome: it is new, it is here already,
 * it differs from what hopsmeter has, or it cannot come over, with the reason. Nothing that is here is changed, and
 * nothing that a row does not say is guessed. Planned again after the changes were made it has no changes.
 *
 * @param now RFC 3339 in UTC with six decimals.
 */
export function planDirectory(application: ApplicationDirectory, ours: OurDirectory, now: string): DirectoryPlan {
  const outcomes = createOutcomes();
  const clusterIds = planClusters(application, ours, outcomes);
  const owners = planUsers(application, ours, outcomes);
  planAssignments(application, ours, { clusterIds, owners, now }, outcomes);
  planProjects(application, ours, { clusterIds, owners, now }, outcomes);
  planCredits(application, ours, { owners, now }, outcomes);
  return outcomes.plan();
}
