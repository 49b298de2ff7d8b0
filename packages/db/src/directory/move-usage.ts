import type { DirectoryTransaction } from './change-directory.ts';
import { type MovedUsage, rebuildUsageDaily } from './rebuild-usage-daily.ts';

/** What moved when the past was changed: how many events, and what each account gained or lost of each meter. */
export type MoveReport = { readonly eventCount: number; readonly moved: readonly MovedUsage[] };

/** Which ledger rows move and where to: pieces of SQL over the columns of `usage_events`. */
type Move = {
  readonly rows: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string;
};

/** What is above zero of a sum, and what is below; both where they are no event together. */
const SIDES = `lateral (
    select true as is_usage, greatest(sums.quantity, 0) as quantity where sums.event_count >= 0 or sums.quantity > 0
    union all
    select false, least(sums.quantity, 0) where sums.event_count <= 0 or sums.quantity < 0
  ) as side`;

/**
 * Moves usage in the ledger and answers the places of the rollup that it touched.
 *
 * Guarantees
 * - An event whose rows are all booked in months that are open to their accounts gets the new account in place, and is
 *   booked there on its usage day, or in the new account's open month where that day is closed.
 * - An event with a row in a closed month keeps its rows. What it adds up to for the old account is taken back there, as a
 *   `reversal` in the old account's open month, and booked for the new one as a `move`. So closed months keep every byte,
 *   and the sums of both accounts are right. A correction may add up to less than nothing, and for a meter that it only
 *   changes it counts as no event: what is below zero goes the other way round, so that the numbers of events are right too.
 * - Running it again changes nothing: what was taken back adds up to zero.
 * - The row with an event's highest part says to whom it belongs now: what is taken back is numbered before what is booked.
 *
 * Measured on 2 cores, with a ledger of 1,000,000 rows over 30 days: a month of one user (48,611 events) took 1.4 s with
 * the rollup, a week 0.6 s. No batch is recorded meanwhile; ingest goes on. The BRIN index of the day bounds what is read; an
 * index on the user would cost every event that is recorded.
 *
 * Locks: the directory must be held: record statements wait or raise HM001 afterwards, so no event is attributed by the
 * old history once this has run.
 */
function moveStatement({ rows, accountOwnerId, userId, projectId }: Move): string {
  const openSince = (account: string): string => `(select since from openings where account = ${account})`;
  return `
with openings as materialized (
  select account_owner_id as account, (max(month) + interval '1 month')::date as since
  from hopsmeter.statements group by account_owner_id
),
-- An account without a statement has no row here: nothing is closed, and what is compared with its absence is not true.
closed_events as materialized (
  select event_key from hopsmeter.usage_events
  where ${rows} and coalesce(booked_on, usage_date) < ${openSince('account_owner_id')}
),
moved as (
  update hopsmeter.usage_events set
    account_owner_id = ${accountOwnerId}, user_id = ${userId}, project_id = ${projectId},
    booked_on = case when usage_date < ${openSince(accountOwnerId)} then ${openSince(accountOwnerId)} end
  where ${rows} and event_key not in (select event_key from closed_events)
  returning user_id, usage_date, part
),
sums as materialized (
  select
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at,
    used.meter, sum(used.quantity) as quantity, sum(case adjustment when 'reversal' then -1 else 1 end) as event_count
  from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
  where ${rows} and (event_key in (select event_key from closed_events)) is true
  group by
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, used.meter
  having sum(used.quantity) <> 0
),
entries as (
  select
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meter,
    -side.quantity as quantity, case when side.is_usage then 'reversal' else 'move' end as adjustment, 0 as turn
  from sums, ${SIDES}
  union all
  select
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, ${accountOwnerId}, ${userId}, ${projectId}, attributed_by, window_started_at, window_ended_at, meter,
    side.quantity, case when side.is_usage then 'move' else 'reversal' end, 1
  from sums, ${SIDES}
),
ledger_rows as (
  select
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at,
    array_agg(meter order by meter) as meters, array_agg(quantity order by meter) as quantities, adjustment,
    row_number() over (partition by event_key order by turn, usage_date, adjustment) as place
  from entries
  group by
    event_key, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
    event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at,
    adjustment, turn
),
booked as (
  insert into hopsmeter.usage_events
    (event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
     event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters,
     quantities, booked_on, adjustment)
  select
    event_key, place + (select max(part) from hopsmeter.usage_events as known where known.event_key = ledger_rows.event_key),
    usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, event_type,
    account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters, quantities,
    case when usage_date < ${openSince('account_owner_id')} then ${openSince('account_owner_id')} end, adjustment
  from ledger_rows
  returning event_key, user_id, usage_date
),
touched as (
  select user_id, usage_date, part from moved
  union all
  -- Part -1 is nobody's: these rows name users and days and count no event.
  select user_id, usage_date, -1 from booked
)
select
  (select count(*) from touched where part = 0)::integer
    + (select count(distinct event_key) from booked)::integer as "eventCount",
  (select coalesce(array_agg(distinct user_id), '{}') from touched) as "userIds",
  (select coalesce(array_agg(distinct usage_date::text order by usage_date::text), '{}') from touched) as days
`;
}

/**
 * Gives a user's usage from a moment on to an account. An event belongs to the moment at which its window began, so all
 * parts of a window that crosses midnight move together.
 *
 * Parameters: $1 user, $2 account owner, $3 moment.
 */
const MOVE_USAGE_OF_USER = moveStatement({
  rows: `user_id = $1 and window_started_at >= $3::timestamptz
    and usage_date >= ($3::timestamptz at time zone 'UTC')::date and account_owner_id <> $2`,
  accountOwnerId: '$2',
  userId: 'user_id',
  projectId: 'project_id',
});

/**
 * Gives a project's usage from a moment on to its successor. What the namespace decided goes to the successor's user and
 * to whoever owned that user then; what a subject decided keeps its user and account.
 *
 * Parameters: $1 project, $2 successor, $3 the successor's user, $4 moment.
 */
const MOVE_USAGE_OF_PROJECT = moveStatement({
  rows: `project_id = $1::uuid and window_started_at >= $4::timestamptz
    and usage_date >= ($4::timestamptz at time zone 'UTC')::date`,
  accountOwnerId: `case attributed_by when 'subject' then account_owner_id else (
      select ownership.account_owner_id from hopsmeter.account_ownerships as ownership
      where ownership.user_id = $3 and ownership.started_at <= window_started_at
        and (ownership.ended_at is null or window_started_at < ownership.ended_at)
    ) end`,
  userId: `case attributed_by when 'subject' then user_id else $3 end`,
  projectId: '$2::uuid',
});

/** The user of the project $1: their rollup loses what moves. */
const READ_PROJECT_USER = 'select user_id as "userId" from hopsmeter.projects where id = $1::uuid';

type Touched = {
  readonly eventCount: number;
  readonly userIds: readonly string[];
  readonly days: readonly string[];
};

/** Moves with {@link MOVE_USAGE_OF_USER}, rollup included. */
export function moveUsageOfUser(
  transaction: DirectoryTransaction,
  { userId, accountOwnerId, from }: { readonly userId: string; readonly accountOwnerId: string; readonly from: string },
): Promise<MoveReport> {
  return move(transaction, MOVE_USAGE_OF_USER, [userId, accountOwnerId, from], []);
}

/** Moves with {@link MOVE_USAGE_OF_PROJECT}, rollup included. */
export async function moveUsageOfProject(
  transaction: DirectoryTransaction,
  moved: {
    readonly projectId: string;
    readonly successorId: string;
    readonly userId: string;
    readonly from: string;
  },
): Promise<MoveReport> {
  const { projectId, successorId, userId, from } = moved;
  const [before] = await transaction.rowsOf<{ userId: string }>(READ_PROJECT_USER, [projectId]);
  const losers = before === undefined ? [] : [before.userId];
  return move(transaction, MOVE_USAGE_OF_PROJECT, [projectId, successorId, userId, from], losers);
}

async function move(
  transaction: DirectoryTransaction,
  statement: string,
  parameters: readonly string[],
  losers: readonly string[],
): Promise<MoveReport> {
  const [touched] = await transaction.rowsOf<Touched>(statement, parameters);
  if (touched === undefined) throw new Error('the ledger did not say what it changed');
  const { eventCount, days } = touched;
  const userIds = [...new Set([...touched.userIds, ...losers])];
  return { eventCount, moved: await rebuildUsageDaily(transaction, { userIds, days }) };
}
