import type { PoolClient } from 'pg';
import { inTransaction } from '../in-transaction.ts';
import type { Pool } from '../pool.ts';
import { ADD_ADJUSTMENT_ROWS, FIND_PART, RE_RATE, REMOVE_EMPTY_ROWS } from './re-rate-statement.ts';
import { PLAN_BY_HASH } from './re-rated-rows.ts';

/**
 * Most rollup rows that are looked at in one transaction, beside those of one user. Changes of the directory wait for it,
 * and batches behind them: 0.4 s on 2 cores.
 */
const PART_ROWS_MAX = 20_000;

/**
 * Takes the oldest price change that is not applied and that nobody else has in hand. Its row stays locked until the
 * commit, so each change is worked on by one at a time, and whoever dies leaves it as it was.
 */
const TAKE_PRICE_CHANGE = `
select
  id, to_char(next_day, 'YYYY-MM-DD') as "nextDay", done_account_owner_id as "doneAccount", done_user_id as "doneUser",
  to_char(end_day, 'YYYY-MM-DD') as "endDay", account_owner_id as account, meter
from hopsmeter.price_changes where status = 'applying' order by created_at, id limit 1 for update skip locked
`;

/**
 * Holds the directory as record statements do, until the commit: prices and closed months stay what they are. A statement
 * of its own, because a statement sees what was committed before it began and not before it got its lock.
 */
const HOLD_DIRECTORY = 'select pg_advisory_xact_lock_shared(7367, 1)';

/**
 * Notes how far $1 is: $2 next day, $3 and $4 account and user done on it or NULL, $5 and $6 rows and cost that changed.
 */
const NOTE_PROGRESS = `
update hopsmeter.price_changes set
  next_day = $2::date, done_account_owner_id = $3, done_user_id = $4, changed_rows = changed_rows + $5::bigint,
  cost_difference = cost_difference + $6::numeric
where id = $1::uuid
`;

const NOTE_APPLIED = `
update hopsmeter.price_changes
set status = 'applied', applied_at = now(), done_account_owner_id = null, done_user_id = null
where id = $1::uuid
`;

type Taken = {
  readonly id: string;
  readonly nextDay: string;
  readonly doneAccount: string | null;
  readonly doneUser: string | null;
  readonly endDay: string | null;
  readonly account: string | null;
  readonly meter: string | null;
};

type Part = {
  readonly day: string;
  readonly afterAccount: string | null;
  readonly afterUser: string | null;
  readonly upToAccount: string | null;
  readonly upToUser: string | null;
  readonly isClosed: boolean;
};

type Changed = {
  readonly changedRows: string;
  readonly costDifference: string;
  readonly emptyIds: readonly string[];
};

/** What one step of re-rating did. */
export type ReRatedPart = {
  readonly priceChangeId: string;
  readonly changedRows: number;
  /** Whether the price change is applied with it. */
  readonly isApplied: boolean;
};

/**
 * Re-rates the next part of the oldest price change that waits, in one transaction: the rows and how far the change is,
 * or neither. Killed anywhere, another call goes on where the last commit ended.
 *
 * @param partRowsMax most rows of the part, for tests.
 * @returns undefined when nothing waits, or others have all of it in hand.
 * @throws what the database throws; a deadlock and a serialization failure may be tried again at once.
 */
export function reRatePart(pool: Pool, partRowsMax = PART_ROWS_MAX): Promise<ReRatedPart | undefined> {
  return inTransaction(pool, async (client) => {
    const [taken] = await rowsOf<Taken>(client, TAKE_PRICE_CHANGE);
    if (taken === undefined) return undefined;
    await client.query(HOLD_DIRECTORY);
    const { id, nextDay, doneAccount, doneUser, endDay, account, meter } = taken;
    const [part] = await rowsOf<Part>(client, FIND_PART, [
      nextDay,
      doneAccount,
      doneUser,
      endDay,
      account,
      meter,
      partRowsMax,
    ]);
    if (part === undefined) {
      await client.query(NOTE_APPLIED, [id]);
      return { priceChangeId: id, changedRows: 0, isApplied: true };
    }
    await client.query(PLAN_BY_HASH);
    const added = part.isClosed ? await changeRows(client, ADD_ADJUSTMENT_ROWS, part, taken) : NOTHING;
    // With rows added the part is done in the next transaction: this one would take its locks out of order.
    if (added.changedRows !== '0') return note(client, id, added, part.day, part.afterAccount, part.afterUser);
    const changed = await changeRows(client, RE_RATE, part, taken);
    if (changed.emptyIds.length > 0) await client.query(REMOVE_EMPTY_ROWS, [changed.emptyIds, part.day]);
    const next = part.upToAccount === null ? dayAfter(part.day) : part.day;
    return note(client, id, changed, next, part.upToAccount, part.upToUser);
  });
}

const NOTHING: Changed = { changedRows: '0', costDifference: '0', emptyIds: [] };

async function changeRows(client: PoolClient, statement: string, part: Part, taken: Taken): Promise<Changed> {
  const { day, afterAccount, afterUser, upToAccount, upToUser } = part;
  const parameters = [day, afterAccount, afterUser, upToAccount, upToUser, taken.account, taken.meter];
  const [changed] = await rowsOf<Changed>(client, statement, parameters);
  if (changed === undefined) throw new Error('the rollup did not say what was changed');
  return changed;
}

/** Notes what was changed and where to go on. */
async function note(
  client: PoolClient,
  priceChangeId: string,
  { changedRows, costDifference }: Changed,
  nextDay: string,
  doneAccount: string | null,
  doneUser: string | null,
): Promise<ReRatedPart> {
  await client.query(NOTE_PROGRESS, [priceChangeId, nextDay, doneAccount, doneUser, changedRows, costDifference]);
  return { priceChangeId, changedRows: Number(changedRows), isApplied: false };
}

async function rowsOf<T extends object>(
  client: PoolClient,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<T[]> {
  return (await client.query<T>(sql, [...parameters])).rows;
}

/** @param day as the database wrote it. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
