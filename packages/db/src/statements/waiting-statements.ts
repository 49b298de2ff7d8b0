import { GRID } from '../reconciliation/cluster-hours-missing.ts';
import { parkedInstant, parkedText } from '../sql/parked-event.ts';
import { isWithin } from '../sql/period.ts';

/**
 * When users of accounts were on which cluster within the month from $1 to $2: one row for each assignment and owner.
 * An account was on a cluster while a user of theirs was assigned to it.
 *
 * @param accounts SQL of the accounts, an array
 */
function staysOf(accounts: string): string {
  return `
stays as materialized (
  select
    ownership.account_owner_id as account, assignment.hopsworks_cluster_id as cluster,
    greatest(ownership.started_at, assignment.started_at, $1::timestamptz) as started_at,
    least(ownership.ended_at, assignment.ended_at, $2::timestamptz) as ended_at
  from hopsmeter.account_ownerships as ownership
  join hopsmeter.user_hopsworks_assignments as assignment on assignment.user_id = ownership.user_id
  where ownership.account_owner_id = any (${accounts})
    and greatest(ownership.started_at, assignment.started_at, $1::timestamptz)
      < least(ownership.ended_at, assignment.ended_at, $2::timestamptz)
)`;
}

/**
 * Parked events that wait to be counted and would be on the statements of a month, by account and reason.
 *
 * - An event is an account's when its subject, by id or by alias, or else its namespace's project, is of a user whom
 *   the account owned then. A correction is of the account of what it corrects. Nobody knows whose the others are:
 *   they are told to each account that was on their cluster in the month.
 * - It is of the month when its window lies in it. Of earlier months it is told too when it was parked after the
 *   account's last closing: nobody was told of it then, and it would be booked in this month.
 *
 * Parameters: $1 and $2 the month's beginning and end, $3 accounts. Reads all events that wait. No locks.
 */
export const READ_WAITING_EVENTS = `
with ${staysOf('$3::text[]')},
asked as materialized (
  select
    account,
    coalesce((select max(closed_at) from hopsmeter.statements
      where account_owner_id = account), '-infinity') as closed_at
  from unnest($3::text[]) as account
),
waiting as materialized (
  select
    parked.reason, parked.hopsworks_cluster_id as cluster, parked.parked_at,
    coalesce(${parkedInstant('start')}, original.started_at, ${parkedInstant('correctedAt')}, parked_at)
      as started_at,
    coalesce(${parkedInstant('end')}, original.ended_at, ${parkedInstant('correctedAt')}, parked_at)
      as ended_at,
    coalesce(original.account_owner_id, ownership.account_owner_id) as account
  from hopsmeter.parked_events as parked
  left join lateral (
    select
      min(account_owner_id) as account_owner_id, min(window_started_at) as started_at, max(window_ended_at) as ended_at
    from hopsmeter.usage_events
    where parked.deferred = 'correction' and event_key = coalesce(
      (select root_event_key from hopsmeter.corrections where corrections.event_key = parked.replaces_key),
        parked.replaces_key
    )
    having count(*) > 0
  ) as original on true
  left join lateral (
    select user_id from hopsmeter.projects
    where projects.hopsworks_cluster_id = parked.hopsworks_cluster_id and namespace = ${parkedText('namespace')}
      and ${isWithin(parkedInstant('start'), 'projects')}
    limit 1
  ) as project on true
  left join lateral (
    select user_id from hopsmeter.user_aliases
    where user_aliases.hopsworks_cluster_id = parked.hopsworks_cluster_id and alias = ${parkedText('subject')}
      and ${isWithin(parkedInstant('start'), 'user_aliases')}
      and not exists (select from hopsmeter.users where users.id = ${parkedText('subject')})
    limit 1
  ) as named on true
  left join lateral (
    select account_owner_id from hopsmeter.account_ownerships
    where user_id = coalesce(named.user_id, ${parkedText('subject')}, project.user_id)
      and ${isWithin(parkedInstant('start'), 'account_ownerships')}
    limit 1
  ) as ownership on true
  where parked.status = 'pending' and coalesce(parked.deferred, 'usage') not in ('manifest', 'project')
),
-- An event without a window is of the moment of its beginning.
of_month as materialized (
  select *, ended_at > $1::timestamptz or started_at >= $1::timestamptz as is_of_month
  from waiting where started_at < $2::timestamptz
),
unattributed as (
  select cluster, reason, count(*) as events from of_month where account is null and is_of_month
    group by cluster, reason
)
select asked.account as "accountOwnerId", reason, true as "isOwn", count(*)::integer as events
from of_month join asked using (account)
where is_of_month or parked_at > closed_at
group by asked.account, reason
union all
select account, reason, false, sum(events)::integer
from (
  select account, reason, events
  from unattributed join (select distinct account, cluster from stays) as stays using (cluster)
  union all
  select account, reason, events from unattributed cross join asked where cluster is null
) as told
group by account, reason
order by 1, 3 desc, 2
`;

/**
 * The hours of a month that clusters miss, by account that was on the cluster in the hour; see {@link GRID} for what
 * that is. Parameters: $1 and $2 the month's beginning and end, $3 NULL (every cluster), $4 accounts. No locks.
 */
export const READ_MISSING_HOURS = `
with ${GRID},
${staysOf('$4::text[]')}
select
  stays.account as "accountOwnerId", grid.cluster as "clusterId", spans.name as "clusterName",
  count(distinct grid.hour)::integer as hours
from grid
join stays on stays.cluster = grid.cluster
  and stays.started_at < grid.hour + interval '1 hour' and stays.ended_at > grid.hour
join spans on spans.cluster = grid.cluster
where grid.is_missing
group by stays.account, grid.cluster, spans.name
order by stays.account, spans.name
`;

/**
 * Rows booked in a month, or that should be, of which the newest comparison of their day found that they are not what
 * the ledger and the prices say, by account. Parameters: $1 first day, $2 the day after the last, $3 accounts. No
 * locks; one look at an index for each day that was ever compared.
 */
export const READ_DIFFERENCES = `
select account_owner_id as "accountOwnerId", count(*)::integer as rows
from hopsmeter.reconciled_days
join hopsmeter.reconciliation_differences as difference
  on difference.reconciliation_id = reconciled_days.reconciliation_id and difference.usage_date = reconciled_days.day
where booked_on >= $1::date and booked_on < $2::date and account_owner_id = any ($3::text[])
group by account_owner_id
`;
