import type { ApplicationDirectory } from '../application-rows.ts';
import { isDeleted } from './follow-assignment.ts';
import { isInUse } from './follow-project.ts';
import { FOLLOWED_TABLES, type FollowedRow, type FollowedRows, type FollowedTable } from './followed-rows.ts';
import { projectKey } from './project-key.ts';

/** How many rows of a table were there or in use, and are not any more. */
export type MissingRows = { readonly known: number; readonly missing: number };

export type MissingByTable = { readonly [Table in FollowedTable]: MissingRows };

/**
 * Counts what would go by a look: rows that are no more, users who were deleted, projects that ended. So an application
 * database that is half there, or whose job went wrong, is seen before anything is done.
 */
export function findMissing(application: ApplicationDirectory, followed: FollowedRows): MissingByTable {
  const users = new Map(application.users.map((user) => [user.id, user]));
  const projects = new Map(application.projects.map((project) => [projectKey(project), project]));
  const clusters = new Set(application.clusters.map(({ id }) => id));
  const assignments = new Set(application.assignments.map(({ userId }) => userId));
  const known = { users: agreedOf(followed.users), projects: agreedOf(followed.user_projects) };
  return {
    hopsworks_clusters: count(agreedOf(followed.hopsworks_clusters), ({ id }) => clusters.has(id)),
    users: count(
      known.users.filter((user) => !isDeleted(user)),
      ({ id }) => {
        const user = users.get(id);
        return user !== undefined && !isDeleted(user);
      },
    ),
    user_hopsworks_assignments: count(
      agreedOf(followed.user_hopsworks_assignments).filter(({ clusterId }) => clusterId !== null),
      ({ userId }) => assignments.has(userId),
    ),
    user_projects: count(known.projects.filter(isInUse), (project) => {
      const now = projects.get(projectKey(project));
      return now !== undefined && isInUse(now);
    }),
  };
}

/**
 * The tables of which so much is missing that a person has to say that it is right: more than a share of the rows, and
 * more than one; or all users or clusters.
 *
 * @param confirmed what a person has said is right.
 */
export function findMissingTooMuch(
  missing: MissingByTable,
  percentMax: number,
  confirmed: Partial<Readonly<Record<FollowedTable, number>>>,
): readonly FollowedTable[] {
  return FOLLOWED_TABLES.filter((table) => {
    const { known, missing: count } = missing[table];
    if (count === 0 || count <= (confirmed[table] ?? 0)) return false;
    if (count === known && (table === 'users' || table === 'hopsworks_clusters')) return true;
    return count > 1 && count * 100 > known * percentMax;
  });
}

/** Rows with a problem are left out: they are listed one by one. */
function agreedOf<T>(rows: ReadonlyMap<string, FollowedRow<T>>): readonly T[] {
  return [...rows.values()].flatMap(({ agreed, problem }) => (agreed === null || problem !== null ? [] : [agreed]));
}

function count<T>(known: readonly T[], isThere: (row: T) => boolean): MissingRows {
  return { known: known.length, missing: known.filter((row) => !isThere(row)).length };
}
