import type { ApplicationProject } from '../application-rows.ts';
import { chooseMoment } from './choose-moment.ts';
import { type AgreedProject, isInUse } from './follow-project.ts';
import { projectKey } from './project-key.ts';
import { type ProjectWorld, placeKey } from './project-world.ts';
import type { RowPlan } from './row-plan.ts';

/** Projects that changed hands: the plans of the new rows by their key, and the keys of the rows that they follow. */
export type HandOvers = { readonly plans: ReadonlyMap<string, RowPlan>; readonly givers: ReadonlySet<string> };

/**
 * A namespace that is in use by a new row, and no longer by the one that both had agreed on, changed hands. It did so
 * when the new row was created; where a row was only given another user, when that was noticed.
 */
export function planHandOvers(
  newRows: readonly ApplicationProject[],
  agreed: readonly AgreedProject[],
  world: ProjectWorld,
): HandOvers {
  const givenUp = new Map(
    agreed
      .filter((one) => isInUse(one.agreed) && (one.project === undefined || !isInUse(one.project)))
      .map((one) => [placeKey(one.agreed), one]),
  );
  const plans = new Map<string, RowPlan>();
  const givers = new Set<string>();
  for (const project of newRows) {
    const content = { ...project, clusterId: world.theirClusterOf(project.userId) };
    const giver = givenUp.get(placeKey(content));
    const open = giver === undefined ? undefined : world.findOpen(giver.agreed, giver.agreed.userId);
    if (!isInUse(project) || giver === undefined || open === undefined || giver.agreed.userId === project.userId)
      continue;
    const from = chooseMoment({
      own: project.createdAt,
      ownBefore: giver.agreed.createdAt,
      now: world.now,
      boundary: open.startedAt,
      agreedBoundary: giver.followed.boundary,
    });
    if (from === undefined) continue;
    const row = { table: 'user_projects', key: projectKey(project) } as const;
    const { userId } = project;
    plans.set(row.key, {
      ...row,
      content,
      agreed: content,
      boundary: from,
      changes: [{ ...row, kind: 'hand_over_project', projectId: open.id, userId, from }],
      problem: null,
    });
    givers.add(giver.key);
  }
  return { plans, givers };
}
