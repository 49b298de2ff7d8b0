import type { DirectoryTransaction } from './change-directory.ts';
import { type MovedUsage, rebuildUsageDaily } from './rebuild-usage-daily.ts';

/** What moved when the past was changed: how many events, and what each account gained or lost of each meter. */
export type MoveReport = { readonly eventCount: number; readonly moved: readonly MovedUsage[] };

/** What every statement below answers: the places of the rollup that it touched. */
const TOUCHED = `
select
  count(*) filter (where part = 0)::integer as "eventCount",
  coalesce(array_agg(distinct user_id), '{}') as "userIds",
  coalesce(array_agg(distinct usage_date::text order by usage_date::text), '{}') as days
from touched
`;

/**
 * Gives a user's usage from a moment on to an account. An event belongs to the moment at which its window began, so all
 * parts of a window that crosses midnight move together.
 *
 * Measured on 2 cores, with a ledger of 1,000,000 rows over 30 days: a month of one user (48,611 events) took 1.4 s with
 * the rollup, a week 0.6 s. No batch is recorded meanwhile; ingest goes on. The BRIN index of the day bounds what is read; an
 * index on the user would cost every event that is recorded.
 *
 * Parameters: $1 user, $2 account owner, $3 moment. Locks: the directory must be held: record statements wait or raise
 * HM001 afterwards, so no event is attributed by the old history once this has run. Safe to run twice.
 */
const MOVE_USAGE_OF_USER = `
with touched as (
  update usage_events set account_owner_id = $2
  where user_id = $1 and window_started_at >= $3::timestamptz
    and usage_date >= ($3::timestamptz at time zone 'UTC')::date and account_owner_id <> $2
  returning user_id, usage_date, part
)
${TOUCHED}
`;

/**
 * Gives a project's usage from a moment on to its successor. What the namespace decided goes to the successor's user and
 * to whoever owned that user then; what a subject decided keeps its user and account.
 *
 * Parameters: $1 project, $2 successor, $3 the successor's user, $4 moment. Locks and repetition as above. The old user is
 * named besides the new ones: their rollup loses what moves.
 */
const MOVE_USAGE_OF_PROJECT = `
with moving as (
  update usage_events as event set
    project_id = $2::uuid,
    user_id = case attributed_by when 'namespace' then $3 else event.user_id end,
    account_owner_id = case attributed_by when 'namespace' then ownership.account_owner_id else event.account_owner_id end
  from account_ownerships as ownership
  where event.project_id = $1::uuid and event.window_started_at >= $4::timestamptz
    and event.usage_date >= ($4::timestamptz at time zone 'UTC')::date
    and ownership.user_id = $3 and ownership.started_at <= event.window_started_at
    and (ownership.ended_at is null or event.window_started_at < ownership.ended_at)
  returning event.user_id, event.usage_date, event.part
),
touched as (
  select user_id, usage_date, part from moving
  union all
  -- Part -1 is nobody's: this row names a user and counts no event.
  select projects.user_id, moving.usage_date, -1 from projects, moving where projects.id = $1::uuid
)
${TOUCHED}
`;

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
  return move(transaction, MOVE_USAGE_OF_USER, [userId, accountOwnerId, from]);
}

/** Moves with {@link MOVE_USAGE_OF_PROJECT}, rollup included. */
export function moveUsageOfProject(
  transaction: DirectoryTransaction,
  moved: {
    readonly projectId: string;
    readonly successorId: string;
    readonly userId: string;
    readonly from: string;
  },
): Promise<MoveReport> {
  const { projectId, successorId, userId, from } = moved;
  return move(transaction, MOVE_USAGE_OF_PROJECT, [projectId, successorId, userId, from]);
}

async function move(
  transaction: DirectoryTransaction,
  statement: string,
  parameters: readonly string[],
): Promise<MoveReport> {
  const [touched] = await transaction.rowsOf<Touched>(statement, parameters);
  if (touched === undefined) throw new Error('the ledger did not say what it changed');
  return { eventCount: touched.eventCount, moved: await rebuildUsageDaily(transaction, touched) };
}
