import {
  addMonths,
  formatUsageDay,
  formatUsageMonth,
  RequestError,
  type RequestErrorCode,
  type UsageMonth,
} from '@hopsmeter/usage';
import { type Change, changeDirectory } from '../directory/change-directory.ts';
import { instantText } from '../directory/instant.ts';
import type { Pool } from '../pool.ts';
import { type ClosedMonth, closeMonth } from './close-month.ts';
import { readPricing } from './compute-statement.ts';
import { rangeOf } from './read-account-month.ts';

/**
 * Accounts that are closed while the directory is held once: workers wait that long. Measured on 2 busy cores with 740 rows
 * in the month of each: 15 ms an account, 40 when every meter has a price model; so 0.4 to 1 s.
 */
export const ACCOUNTS_PER_TRANSACTION_MAX = 25;

/** Accounts that one call looks at, so that it ends within a minute; `next` says where the next call goes on. */
export const ACCOUNTS_PER_CALL_MAX = 1_000;

export type MonthClosing = {
  readonly month: UsageMonth;
  /**
   * The accounts to close, at most {@link ACCOUNTS_PER_TRANSACTION_MAX}: all of them or, when one is refused, none.
   * Undefined: every account with something to bill in the month; those that are refused stay open.
   */
  readonly accountOwnerIds?: readonly string[] | undefined;
  /** When no accounts are named: goes on after this one, `next` of the call before. */
  readonly after?: string | undefined;
  /** Tells what would happen and changes nothing. */
  readonly isDryRun?: boolean | undefined;
};

/** An account whose month stays open, and why. */
export type RefusedMonth = {
  readonly accountOwnerId: string;
  readonly code: RequestErrorCode;
  readonly detail: string;
};

export type MonthsClosed = {
  readonly closed: readonly ClosedMonth[];
  readonly refused: readonly RefusedMonth[];
  /** The last account that was looked at, when there are more; undefined at the end. */
  readonly next: string | undefined;
};

/**
 * The accounts that a month has to be closed for, by id, and the time.
 *
 * Guarantees: every account with something booked in the month and no statement for it. Besides, accounts that may have
 * to be billed the changed model effect of a closed month alone: those that have closed months and either were billed a
 * model effect or could have one, because some price in force is more than a list price.
 *
 * Parameters: $1 first day of the month, $2 first day of the next one, $3 id after which the list begins, or NULL, $4 most
 * ids. No locks: each account is looked at again when it
 * is closed.
 */
const LIST_CLOSABLE = `
with candidates as (
  select account_owner_id as id from usage_daily
  where booked_on >= $1::date and booked_on < $2::date
  union
  select account_owner_id from statements
  where exists (select from rates where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from price_overrides where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from statement_lines where statement_id = statements.id and kind = 'model_effect')
)
select
  ${instantText('clock_timestamp()')} as now,
  array(
    select id from candidates
    where open_since(id) <= $1::date and ($3::text is null or id collate "C" > $3)
    order by id collate "C"
    limit $4::integer
  ) as "accountOwnerIds"
`;

/**
 * Closes a month for accounts: each gets its final statement, with a number. From then on whatever comes for the month is
 * booked in the account's next one. There is no way back.
 *
 * Safe while usage is recorded: the directory is held while a statement is computed and inserted, so an event is either in
 * it or recorded afterwards, by a worker that knows the month as closed. Closing a closed month again answers its
 * statement.
 *
 * @throws RequestError MONTH_NOT_ENDED; and when accounts are named UNKNOWN_REFERENCE, MONTH_CLOSED, EARLIER_MONTH_OPEN,
 *   PRICE_CHANGE_APPLYING, AMOUNT_TOO_LARGE, of which nothing was changed.
 */
export async function closeMonths(pool: Pool, change: Change, closing: MonthClosing): Promise<MonthsClosed> {
  const { month, accountOwnerIds, isDryRun = false } = closing;
  if (accountOwnerIds !== undefined) {
    if (accountOwnerIds.length > ACCOUNTS_PER_TRANSACTION_MAX)
      throw new RangeError(`at most ${ACCOUNTS_PER_TRANSACTION_MAX} accounts can be named`);
    const ids = [...new Set(accountOwnerIds)];
    const closed = await closeChunk(pool, change, { month, ids, isDryRun }, (error) => {
      throw error;
    });
    return { closed, refused: [], next: undefined };
  }
  const ids = await listClosable(pool, closing);
  const closed: ClosedMonth[] = [];
  const refused: RefusedMonth[] = [];
  for (let place = 0; place < ids.length; place += ACCOUNTS_PER_TRANSACTION_MAX) {
    const chunk = ids.slice(place, place + ACCOUNTS_PER_TRANSACTION_MAX);
    const done = await closeChunk(pool, change, { month, ids: chunk, isDryRun, isBilledOnly: true }, (error, id) => {
      refused.push({ accountOwnerId: id, code: error.code, detail: error.detail ?? error.message });
    });
    closed.push(...done);
  }
  return { closed, refused, next: ids.length === ACCOUNTS_PER_CALL_MAX ? ids.at(-1) : undefined };
}

async function listClosable(pool: Pool, { month, after }: MonthClosing): Promise<readonly string[]> {
  const { rows } = await pool.query<{ now: string; accountOwnerIds: readonly string[] }>(LIST_CLOSABLE, [
    ...rangeOf(month),
    after ?? null,
    ACCOUNTS_PER_CALL_MAX,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gave no row');
  requireEnded(month, row.now);
  return row.accountOwnerIds;
}

/** One transaction; `onRefusal` decides whether a refused account stops it. */
function closeChunk(
  pool: Pool,
  change: Change,
  chunk: { month: UsageMonth; ids: readonly string[]; isDryRun: boolean; isBilledOnly?: boolean },
  onRefusal: (error: RequestError, accountOwnerId: string) => void,
): Promise<readonly ClosedMonth[]> {
  const { month, ids, isDryRun, isBilledOnly = false } = chunk;
  return changeDirectory(
    pool,
    change,
    async (transaction) => {
      requireEnded(month, transaction.now);
      const prices = await readPricing(transaction);
      const closed: ClosedMonth[] = [];
      for (const accountOwnerId of ids)
        try {
          const account = { accountOwnerId, month };
          const statement = await closeMonth(transaction, prices, account, { closedBy: change.actor.id, isBilledOnly });
          if (statement !== undefined) closed.push(statement);
        } catch (error) {
          // Refusals are decided before anything is written: the transaction goes on with the next account.
          if (!(error instanceof RequestError)) throw error;
          onRefusal(error, accountOwnerId);
        }
      return closed;
    },
    isDryRun,
  );
}

function requireEnded(month: UsageMonth, now: string): void {
  const next = formatUsageDay(addMonths(month, 1));
  if (now < next)
    throw new RequestError('MONTH_NOT_ENDED', `${formatUsageMonth(month)} ends when ${next} begins in UTC`);
}
