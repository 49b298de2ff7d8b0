/** Which usage is read. What is not given is not asked for. */
export type UsageFilter = {
  /** First day and day after the last on which usage is booked, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  readonly accountOwnerId?: string | undefined;
  readonly userId?: string | undefined;
  /** `none` is usage outside of any project. */
  readonly projectId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly meter?: string | undefined;
};

/** Stands for usage outside of any project where a project is named. */
export const NO_PROJECT = 'none';

/**
 * SQL of a filter, over the columns of `usage_daily`: $1 first day, $2 day after the last, $3 account, $4 user, $5
 * whether outside of any project, $6 project, $7 cluster, $8 meter; NULL is everything.
 *
 * Parameters and not pieces of SQL put together: the planner knows the values, so what is not asked for costs nothing.
 */
export const USAGE_FILTER = `
  booked_on >= $1::date and booked_on < $2::date
  and ($3::text is null or account_owner_id = $3)
  and ($4::text is null or user_id = $4)
  and ($5::boolean is not true or project_id is null)
  and ($6::uuid is null or project_id = $6)
  and ($7::uuid is null or hopsworks_cluster_id = $7)
  and ($8::text is null or meter = $8)`;

/** The first eight parameters of a statement with {@link USAGE_FILTER}. */
export function filterParameters(filter: UsageFilter): unknown[] {
  const { from, to, accountOwnerId, userId, projectId, clusterId, meter } = filter;
  const isOutside = projectId === NO_PROJECT;
  return [
    from,
    to,
    accountOwnerId ?? null,
    userId ?? null,
    isOutside,
    isOutside ? null : (projectId ?? null),
    clusterId ?? null,
    meter ?? null,
  ];
}
