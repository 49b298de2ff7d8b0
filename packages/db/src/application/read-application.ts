import {
  type ApplicationAssignment,
  type ApplicationCluster,
  type ApplicationCredits,
  type ApplicationDirectory,
  type ApplicationProject,
  type ApplicationUser,
  DIRECTORY_TABLES,
  FOLLOWED_TABLES,
} from '@hopsmeter/usage';
import { instantText } from '../sql/instant.ts';
import type { ApplicationTable } from './check-application.ts';
import { inApplication } from './in-application.ts';

/** In a fixed order, so that the same rows make the same plan. All users, or those of the ids $1. */
const READ_USERS = `
select
  id::text, email::text, name::text, account_owner_id::text as "accountOwnerId", status::text,
  hopsworks_username::text as "hopsworksUsername",
  ${instantText('deleted_at::timestamptz')} as "deletedAt", ${instantText('updated_at::timestamptz')} as "updatedAt"
from public.users where $1::text[] is null or id::text = any($1::text[])
order by id::text collate "C"
`;

/** What changes who is billed where and found by which name, and when the rest of a row changed. */
const READ_MARKS = `
select
  id::text, account_owner_id::text as "accountOwnerId", status::text,
  hopsworks_username::text as "hopsworksUsername",
  ${instantText('deleted_at::timestamptz')} as "deletedAt", ${instantText('updated_at::timestamptz')} as "updatedAt"
from public.users order by id::text collate "C"
`;

type Mark = Omit<ApplicationUser, 'email' | 'name'>;

/** Without the columns that hold secrets. */
const READ_CLUSTERS = `
select id::text, name::text, max_users::integer as "maxUsers", status::text
from public.hopsworks_clusters order by id::text collate "C"
`;

const READ_ASSIGNMENTS = `
select
  user_id::text as "userId", hopsworks_cluster_id::text as "clusterId",
  ${instantText('assigned_at::timestamptz')} as "assignedAt", hopsworks_username::text as "hopsworksUsername"
from public.user_hopsworks_assignments order by user_id::text collate "C"
`;

const READ_PROJECTS = `
select
  user_id::text as "userId", project_id::text as "projectId", namespace::text, status::text,
  ${instantText('created_at::timestamptz')} as "createdAt", ${instantText('last_seen_at::timestamptz')} as "lastSeenAt"
from public.user_projects order by user_id::text collate "C", project_id
`;

const READ_CREDITS = `
select
  user_id::text as "userId", total_purchased::text as "totalPurchased", total_used::text as "totalUsed",
  free_credits_granted::text as "freeCreditsGranted", free_credits_used::text as "freeCreditsUsed"
from public.user_credits order by user_id::text collate "C"
`;

/**
 * Reads what the directory is made of from the application database, all of one moment. Some thousand rows, all in
 * memory.
 *
 * @param alsoReadable tables that will be read afterwards: better refused now.
 * @throws ApplicationDatabaseError
 */
export function readApplicationDirectory(
  url: string,
  alsoReadable: readonly ApplicationTable[] = [],
): Promise<ApplicationDirectory> {
  return inApplication(url, [...DIRECTORY_TABLES, ...alsoReadable], async ({ rowsOf }) => ({
    users: await rowsOf<ApplicationUser>(READ_USERS, [null]),
    clusters: await rowsOf<ApplicationCluster>(READ_CLUSTERS),
    assignments: await rowsOf<ApplicationAssignment>(READ_ASSIGNMENTS),
    projects: await rowsOf<ApplicationProject>(READ_PROJECTS),
    credits: await rowsOf<ApplicationCredits>(READ_CREDITS),
  }));
}

/**
 * Reads what is followed, all of one moment; rows without a key say nothing and are left out.
 *
 * Names and e-mail addresses only of users who changed: whose `updated_at` is another one than it was, or whose owner,
 * status, Hopsworks user name or deletion is. A window of time would miss a row that was committed later, or by another
 * clock, than its `updated_at` says. The other tables do not say when a row changed and are read whole.
 *
 * @param seen the users as they were seen last; empty: all are read.
 * @throws ApplicationDatabaseError
 */
export function lookAtApplication(url: string, seen: readonly ApplicationUser[]): Promise<ApplicationDirectory> {
  return inApplication(url, FOLLOWED_TABLES, async ({ rowsOf }) => {
    const known = new Map(seen.map((user) => [user.id, user]));
    const marks = await rowsOf<Mark>(READ_MARKS);
    const isSame = (mark: Mark) => mark.updatedAt !== null && isSameMark(mark, known.get(mark.id));
    const changed = marks.filter((mark) => !isSame(mark)).map(({ id }) => id);
    const same = marks.filter(isSame).flatMap(({ id }) => known.get(id) ?? []);
    const assignments = await rowsOf<ApplicationAssignment>(READ_ASSIGNMENTS);
    const projects = await rowsOf<ApplicationProject>(READ_PROJECTS);
    return {
      users: [...same, ...(changed.length === 0 ? [] : await rowsOf<ApplicationUser>(READ_USERS, [changed]))],
      clusters: await rowsOf<ApplicationCluster>(READ_CLUSTERS),
      assignments: assignments.filter(({ userId }) => userId !== null),
      projects: projects.filter(({ userId, projectId }) => userId !== null && projectId !== null),
      credits: [],
    };
  });
}

function isSameMark(mark: Mark, user: ApplicationUser | undefined): boolean {
  return (
    user !== undefined &&
    mark.updatedAt === user.updatedAt &&
    mark.accountOwnerId === user.accountOwnerId &&
    mark.status === user.status &&
    mark.hopsworksUsername === user.hopsworksUsername &&
    mark.deletedAt === user.deletedAt
  );
}
