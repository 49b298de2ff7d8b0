import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';
import { endsAfter, overlaps } from '../sql/period.ts';
import { type AssignmentRow, readAssignments } from './assignments.ts';

/** Whether $1 is on cluster $2 all the time from $3 to $4; on no cluster at all, without $2. */
const IS_SO = `
select
  case
    when $2::uuid is null then count(*) = 0
    else coalesce(
      range_agg(tstzrange(started_at, ended_at)) filter (where hopsworks_cluster_id = $2::uuid)
        @> tstzrange($3::timestamptz, $4::timestamptz),
      false)
  end as "isSo"
from hopsmeter.user_hopsworks_assignments
where user_id = $1 and ${endsAfter('user_hopsworks_assignments', '$3::timestamptz')}
  and ($4::timestamptz is null or started_at < $4::timestamptz)
`;

/**
 * Four statements that put $1 on cluster $2, or on none, from $3 to $4, NULL for now and on. What lies within is
 * forgotten; what reaches into it is cut, and divided where it reaches over it; neighbours of the same cluster become
 * one. Locks: the directory must be held.
 */
const FORGET_WITHIN = `
delete from hopsmeter.user_hopsworks_assignments
where user_id = $1 and started_at >= $2::timestamptz
  and ($3::timestamptz is null or ended_at <= $3::timestamptz)
`;
const CUT_END = `
with reaching as (
  select id, hopsworks_cluster_id, ended_at from hopsmeter.user_hopsworks_assignments
  where user_id = $1 and ${overlaps('user_hopsworks_assignments', '$2::timestamptz', '$2::timestamptz')}
),
cut as (
  update hopsmeter.user_hopsworks_assignments set ended_at = $2::timestamptz
  from reaching where user_hopsworks_assignments.id = reaching.id
  returning reaching.hopsworks_cluster_id, reaching.ended_at
)
insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at, ended_at)
select $1, hopsworks_cluster_id, $3::timestamptz, ended_at from cut
where ended_at > $3::timestamptz or (ended_at is null and $3::timestamptz is not null)
`;
const CUT_BEGIN = `
update hopsmeter.user_hopsworks_assignments set started_at = $3::timestamptz
where user_id = $1 and started_at >= $2::timestamptz and started_at < $3::timestamptz
`;
const BEGIN = `
with following as (
  delete from hopsmeter.user_hopsworks_assignments
  where user_id = $1 and hopsworks_cluster_id = $2::uuid and started_at = $4::timestamptz
  returning ended_at
),
period as (
  select case when exists (select from following) then (select ended_at from following)
    else $4::timestamptz end as ended_at
),
continued as (
  update hopsmeter.user_hopsworks_assignments set ended_at = (select ended_at from period)
  where user_id = $1 and hopsworks_cluster_id = $2::uuid and ended_at = $3::timestamptz
  returning 1
)
insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at, ended_at)
select $1, $2::uuid, $3::timestamptz, ended_at from period where not exists (select from continued)
`;

/**
 * Usage of $1 that is counted for a cluster on which they would not have been in any part of its window, the last of
 * it. That was counted while an assignment of $4, the history before, overlapped it. What has moved to somebody else
 * does not count.
 *
 * Parameters: $1 user, $2 and $3 the time that changes, $4 the history before as JSON.
 */
const FIND_USAGE_LEFT = `
select hopsworks_cluster_id as "clusterId", ${instantText('max(window_started_at)')} as "lastAt"
from (
  select
    event_key, part, hopsworks_cluster_id, window_started_at,
    greatest(window_ended_at, window_started_at + interval '1 microsecond') as window_ended_at
  from hopsmeter.usage_events
  where user_id = $1 and usage_date >= ($2::timestamptz at time zone 'UTC')::date
    and usage_date <= (coalesce($3::timestamptz, 'infinity') at time zone 'UTC')::date
) as counted
where window_started_at < coalesce($3::timestamptz, 'infinity') and window_ended_at > $2::timestamptz
  and not exists (
    select from hopsmeter.user_hopsworks_assignments as assignment
    where assignment.user_id = $1 and assignment.hopsworks_cluster_id = counted.hopsworks_cluster_id
      and ${overlaps('assignment', 'counted.window_started_at', 'counted.window_ended_at')}
  )
  and exists (
    select from json_to_recordset($4::json) as known ("clusterId" uuid, "startedAt" timestamptz, "endedAt" timestamptz)
    where known."clusterId" = counted.hopsworks_cluster_id
      and (known."startedAt" is null or known."startedAt" < counted.window_ended_at)
      and (known."endedAt" is null or known."endedAt" > counted.window_started_at)
  )
  and not exists (
    select from hopsmeter.usage_events as later
    where later.event_key = counted.event_key and later.part > counted.part and later.user_id <> $1
  )
group by hopsworks_cluster_id
order by max(window_started_at) desc
limit 1
`;

export type AssignmentReplacement = {
  readonly userId: string;
  /** Null: on no cluster. */
  readonly clusterId: string | null;
  /** Moments as the database writes them. */
  readonly from: string;
  /** Null: now and on. */
  readonly until: string | null;
  readonly reason: string | undefined;
};

/**
 * Makes it so that a user was on a cluster, or on none, in a time, whatever the history said of it.
 *
 * @returns whether anything changed.
 * @throws RequestError USAGE_COUNTED_LATER
 */
export async function replaceAssignments(
  transaction: AuditedTransaction,
  { userId, clusterId, from, until, reason }: AssignmentReplacement,
): Promise<boolean> {
  const { rowsOf } = transaction;
  const [known] = await rowsOf<{ isSo: boolean }>(IS_SO, [userId, clusterId, from, until]);
  if (known?.isSo === true) return false;
  const before = await readAssignments(transaction, userId);
  const time = [userId, from, until];
  await rowsOf(FORGET_WITHIN, time);
  await rowsOf(CUT_END, time);
  if (until !== null) await rowsOf(CUT_BEGIN, time);
  if (clusterId !== null) await rowsOf(BEGIN, [userId, clusterId, from, until]);
  await requireNoUsageLeft(transaction, time, before);
  await transaction.audit({
    action: clusterId === null ? 'unassign_user' : 'assign_user',
    entity: 'users',
    entityId: userId,
    before: { assignments: before },
    after: { clusterId, from, until, assignments: await readAssignments(transaction, userId) },
    reason,
  });
  return true;
}

async function requireNoUsageLeft(
  { rowsOf }: AuditedTransaction,
  time: readonly (string | null)[],
  before: readonly AssignmentRow[],
): Promise<void> {
  const parameters = [...time, JSON.stringify(before)];
  const [left] = await rowsOf<{ clusterId: string; lastAt: string }>(FIND_USAGE_LEFT, parameters);
  if (left === undefined) return;
  throw new RequestError('USAGE_COUNTED_LATER', `the cluster ${left.clusterId} reported some of ${left.lastAt}`);
}
