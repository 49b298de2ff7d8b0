import { HOLD_DIRECTORY } from '../connection/hold-directory.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { dayText } from '../sql/day.ts';
import { ADD_ADJUSTMENT_ROWS, FIND_PART, RE_RATE, REMOVE_EMPTY_ROWS } from './re-rate-statement.ts';
import { PLAN_BY_HASH } from './re-rated-rows.ts';

/**
 * Most rollup rows that are looked at in one transaction, beside those of one user. Changes of the directory wait for
 * it, and batches behind them: 0.4 s on 2 cores.
 */
const PART_ROWS_MAX = 20_000;

/**
 * Takes a price change that is not applied and that nobody else has in hand: the oldest of those that are not in $1,
 * else the one that stands first there. Its row stays locked until the commit, so each change is worked on by one at a
 * time, and whoever dies leaves it as it was. $2: changes that are left alone.
 *
 * In which order changes are applied does not matter: each makes rows what the prices that are in force say.
 */
const TAKE_PRICE_CHANGE = `
select
  id, ${dayText('next_day')} as "nextDay", done_account_owner_id as "doneAccount", done_user_id as "doneUser",
  ${dayText('end_day')} as "endDay", account_owner_id as account, meter
from hopsmeter.price_changes where status = 'applying' and id <> all ($2::uuid[])
order by array_position($1::uuid[], id) nulls first, created_at, id limit 1 for update skip locked
`;

/**
 * Notes how far $1 is: $2 next day, $3 and $4 account and user done on it or NULL, $5 and $6 rows and cost that
 * changed.
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

/** A part of a price change that could not be re-rated, with why. */
export class PartNotReRatedError extends Error {
  override readonly name = 'PartNotReRatedError';
  readonly priceChangeId: string;

  constructor(priceChangeId: string, cause: unknown) {
    super(`a part of the price change ${priceChangeId} could not be re-rated`, { cause });
    this.priceChangeId = priceChangeId;
  }
}

/** Whose turn it is. */
export type PriceChangeTurns = {
  /** Changes that had their turn, the longest ago first; the others come before them. */
  readonly after?: readonly string[];
  /** Changes that are left alone. */
  readonly except?: readonly string[];
};

/**
 * Re-rates the next part of a price change that waits, in one transaction: the rows and how far the change is, or
 * neither. Killed anywhere, another call goes on where the last commit ended.
 *
 * @param partRowsMax most rows of the part, for tests.
 * @returns undefined when nothing waits, or others have all of it in hand.
 * @throws PartNotReRatedError when the database refuses a part; its cause says whether trying again may help. Others
 *   can go on. What the database throws otherwise.
 */
export async function reRatePart(
  pool: Pool,
  partRowsMax = PART_ROWS_MAX,
  { after = [], except = [] }: PriceChangeTurns = {},
): Promise<ReRatedPart | undefined> {
  let takenId: string | undefined;
  const work = inTransaction(pool, async (query) => {
    const { rowsOf } = query;
    const [taken] = await rowsOf<Taken>(TAKE_PRICE_CHANGE, [after, except]);
    if (taken === undefined) return undefined;
    takenId = taken.id;
    await rowsOf(HOLD_DIRECTORY);
    const { id, nextDay, doneAccount, doneUser, endDay, account, meter } = taken;
    const [part] = await rowsOf<Part>(FIND_PART, [nextDay, doneAccount, doneUser, endDay, account, meter, partRowsMax]);
    if (part === undefined) {
      await rowsOf(NOTE_APPLIED, [id]);
      return { priceChangeId: id, changedRows: 0, isApplied: true };
    }
    await rowsOf(PLAN_BY_HASH);
    const added = part.isClosed ? await changeRows(query, ADD_ADJUSTMENT_ROWS, part, taken) : NOTHING;
    // With rows added the part is done in the next transaction: this one would take its locks out of order.
    if (added.changedRows !== '0') return note(query, id, added, part.day, part.afterAccount, part.afterUser);
    const changed = await changeRows(query, RE_RATE, part, taken);
    if (changed.emptyIds.length > 0) await rowsOf(REMOVE_EMPTY_ROWS, [changed.emptyIds, part.day]);
    const next = part.upToAccount === null ? dayAfter(part.day) : part.day;
    return note(query, id, changed, next, part.upToAccount, part.upToUser);
  });
  return work.catch((error) => {
    throw takenId === undefined ? error : new PartNotReRatedError(takenId, error);
  });
}

const NOTHING: Changed = { changedRows: '0', costDifference: '0', emptyIds: [] };

async function changeRows({ rowsOf }: Query, statement: string, part: Part, taken: Taken): Promise<Changed> {
  const { day, afterAccount, afterUser, upToAccount, upToUser } = part;
  const parameters = [day, afterAccount, afterUser, upToAccount, upToUser, taken.account, taken.meter];
  const [changed] = await rowsOf<Changed>(statement, parameters);
  if (changed === undefined) throw new Error('the rollup did not say what was changed');
  return changed;
}

/** Notes what was changed and where to go on. */
async function note(
  { rowsOf }: Query,
  priceChangeId: string,
  { changedRows, costDifference }: Changed,
  nextDay: string,
  doneAccount: string | null,
  doneUser: string | null,
): Promise<ReRatedPart> {
  await rowsOf(NOTE_PROGRESS, [priceChangeId, nextDay, doneAccount, doneUser, changedRows, costDifference]);
  return { priceChangeId, changedRows: Number(changedRows), isApplied: false };
}

/** @param day as the database wrote it. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
