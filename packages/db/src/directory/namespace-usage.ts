import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';
import { isWithin, overlaps } from '../sql/period.ts';
import { type MoveReport, moveStatement, moveUsage } from './move-usage.ts';

/** A namespace of a cluster, and the time in which its projects changed: RFC 3339, null where it is open. */
export type ChangedNamespace = {
  readonly clusterId: string;
  readonly namespace: string;
  readonly from: string | null;
  readonly until: string | null;
};

/**
 * The counted events of a namespace whose window overlaps a time, and for each window the project that it belongs to by
 * the rule of `findHolder`: that of the user who had the namespace for the longest part of the window, in one project
 * or several, of equals the first; of that user the longest project, of equals the first. NULL where nobody had it.
 *
 * Parameters: $1 cluster, $2 namespace, $3 from, $4 until; NULL where the time is open.
 *
 * An event has a row for every day of its window, so a window that overlaps the time has one on a day of it, and the
 * BRIN index of the day bounds what is read. A correction may lack days on which it changes nothing: it is found by its
 * root.
 */
const NAMESPACE_WINDOWS = `
spaces as materialized (
  select id, user_id, started_at, ended_at from hopsmeter.projects
    where hopsworks_cluster_id = $1::uuid and namespace = $2
),
changed as (
  select coalesce($3::timestamptz, '-infinity') as since, coalesce($4::timestamptz, 'infinity') as until
),
found as materialized (
  select distinct
    event_key, attributed_by, window_started_at,
    greatest(window_ended_at, window_started_at + interval '1 microsecond') as window_ended_at
  from hopsmeter.usage_events
  where project_id in (select id from spaces)
    and usage_date >= (select (since at time zone 'UTC')::date from changed)
    and usage_date <= (select (until at time zone 'UTC')::date from changed)
    and window_started_at < (select until from changed)
    and greatest(window_ended_at, window_started_at + interval '1 microsecond') > (select since from changed)
),
events as materialized (
  select * from found
  union
  select corrections.event_key, attributed_by, window_started_at, window_ended_at
  from hopsmeter.corrections join found on corrections.root_event_key = found.event_key
),
windows as materialized (
  select held.window_started_at, held.window_ended_at, holder.id as project_id, holder.user_id
  from (select distinct window_started_at, window_ended_at from events) as held
  left join lateral (
    select id, user_id
    from (
      select
        id, user_id, started_at, share, sum(share) over of_user as user_share,
        min(started_at) over of_user as user_started_at
      from (
        select
          id, user_id, started_at,
          least(ended_at, held.window_ended_at) - greatest(started_at, held.window_started_at) as share
        from spaces
        where ${overlaps('spaces', 'held.window_started_at', 'held.window_ended_at')}
      ) as shares
      window of_user as (partition by user_id)
    ) as candidates
    order by user_share desc, user_started_at, share desc, started_at
    limit 1
  ) as holder on true
)`;

/**
 * What stands in the way of a change, and the days on which the events of {@link NAMESPACE_WINDOWS} have rows.
 *
 * A change may not leave counted usage without a project, nor with a user who was not on the cluster: had it been known
 * from the start, that usage would have been parked, and nothing that was counted is taken back without a word.
 */
const CHECK_NAMESPACE = `
with ${NAMESPACE_WINDOWS},
strangers as (
  select windows.user_id, window_started_at
  from windows
  where windows.user_id is not null
    and exists (
      select from events
      where events.window_started_at = windows.window_started_at and events.window_ended_at = windows.window_ended_at
        and events.attributed_by = 'namespace'
    )
    and not exists (
      select from hopsmeter.user_hopsworks_assignments as assignment
      where assignment.user_id = windows.user_id and assignment.hopsworks_cluster_id = $1::uuid
        and ${overlaps('assignment', 'window_started_at', 'window_ended_at')}
    )
)
select
  (min(window_started_at) at time zone 'UTC')::date::text as "firstDay",
  ((max(window_ended_at) - interval '1 microsecond') at time zone 'UTC')::date::text as "lastDay",
  (select ${instantText('max(window_started_at)')} from windows where project_id is null) as "lastWithoutProject",
  (select user_id || ' at ' || ${instantText('window_started_at')} from strangers
    order by window_started_at desc limit 1) as "lastStranger"
from windows
`;

/**
 * Gives counted usage of a namespace to whom the rule names now. What a subject decided keeps its user and account. The
 * owner is who owned the user when the window began.
 *
 * Parameters: those of {@link NAMESPACE_WINDOWS}, $5 and $6 the first and last day of {@link CHECK_NAMESPACE}.
 */
const MOVE_USAGE_OF_NAMESPACE = moveStatement({
  targets: `
    with ${NAMESPACE_WINDOWS}
    select
      event_key, null as of_user_id,
      case attributed_by when 'namespace' then ownership.account_owner_id end as to_account_owner_id,
      case attributed_by when 'namespace' then windows.user_id end as to_user_id, windows.project_id as to_project_id
    from events
    join windows using (window_started_at, window_ended_at)
    join hopsmeter.account_ownerships as ownership on ownership.user_id = windows.user_id
      and ${isWithin('window_started_at', 'ownership')}`,
  days: 'usage_date between $5::date and $6::date',
});

type Check = {
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly lastWithoutProject: string | null;
  readonly lastStranger: string | null;
};

/**
 * Moves what is counted for a namespace whose projects changed, rollup included.
 *
 * @throws RequestError USAGE_COUNTED_LATER, USER_NOT_ON_CLUSTER, see {@link CHECK_NAMESPACE}
 */
export async function moveUsageOfNamespace(
  transaction: AuditedTransaction,
  { clusterId, namespace, from, until }: ChangedNamespace,
): Promise<MoveReport> {
  const parameters = [clusterId, namespace, from, until];
  const [check] = await transaction.rowsOf<Check>(CHECK_NAMESPACE, parameters);
  if (check?.firstDay == null || check.lastDay === null) return { eventCount: 0, moved: [] };
  if (check.lastWithoutProject !== null)
    throw new RequestError('USAGE_COUNTED_LATER', `nobody would have that of ${check.lastWithoutProject}`);
  if (check.lastStranger !== null)
    throw new RequestError('USER_NOT_ON_CLUSTER', `${check.lastStranger}; assign them from then on first`);
  return moveUsage(transaction, MOVE_USAGE_OF_NAMESPACE, [...parameters, check.firstDay, check.lastDay]);
}
