import {
  addMonths,
  formatUsageDay,
  formatUsageMonth,
  RequestError,
  type RequestErrorCode,
  type UsageMonth,
} from '@hopsmeter/usage';
import { type Change, changeDirectory, type DirectoryTransaction } from '../directory/change-directory.ts';
import { instantText } from '../directory/instant.ts';
import type { Pool } from '../pool.ts';
import { type ClosedMonth, closeMonth } from './close-month.ts';
import { readPricing } from './compute-statement.ts';
import { rangeOf } from './read-account-month.ts';
import { readWaiting, type WaitingUsage } from './read-waiting.ts';

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
  /** Closes although something waits that may still change the month; it needs a reason. */
  readonly isWaitingAccepted?: boolean | undefined;
  /** Why; kept in the audit log. */
  readonly reason?: string | undefined;
};

/** An account whose month stays open, and why. */
export type RefusedMonth = {
  readonly accountOwnerId: string;
  readonly code: RequestErrorCode;
  readonly detail: string;
  /** What waits of its month besides, or where the code is USAGE_WAITING what is why. */
  readonly waiting: WaitingUsage | undefined;
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
  select account_owner_id as id from hopsmeter.usage_daily
  where booked_on >= $1::date and booked_on < $2::date
  union
  select account_owner_id from hopsmeter.statements
  where exists (select from hopsmeter.rates where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from hopsmeter.price_overrides where withdrawn_at is null and (model <> 'flat' or included_quantity > 0))
    or exists (select from hopsmeter.statement_lines where statement_id = statements.id and kind = 'model_effect')
)
select
  ${instantText('clock_timestamp()')} as now,
  array(
    select id from candidates
    where hopsmeter.open_since(id) <= $1::date and ($3::text is null or id collate "C" > $3)
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
 * An account of whose month something waits (see {@link readWaiting}) is refused, unless that is accepted. A dry run tells it
 * among the refused, for named accounts too.
 *
 * @throws RequestError MONTH_NOT_ENDED; and when accounts are named UNKNOWN_REFERENCE, MONTH_CLOSED, EARLIER_MONTH_OPEN,
 *   PRICE_CHANGE_APPLYING, AMOUNT_TOO_LARGE, USAGE_WAITING, of which nothing was changed.
 */
export async function closeMonths(pool: Pool, change: Change, closing: MonthClosing): Promise<MonthsClosed> {
  const { accountOwnerIds: named, isDryRun = false } = closing;
  if (named !== undefined && named.length > ACCOUNTS_PER_TRANSACTION_MAX)
    throw new RangeError(`at most ${ACCOUNTS_PER_TRANSACTION_MAX} accounts can be named`);
  const ids = named === undefined ? await listClosable(pool, closing) : [...new Set(named)];
  const waiting = await readWaiting(pool, closing.month, ids);
  const closed: ClosedMonth[] = [];
  const refused: RefusedMonth[] = [];
  const refuse = (error: RequestError, accountOwnerId: string): void => {
    if (named !== undefined && error.code !== 'USAGE_WAITING') throw error;
    const detail = error.detail ?? error.message;
    refused.push({ accountOwnerId, code: error.code, detail, waiting: waiting.get(accountOwnerId) });
  };
  for (let place = 0; place < ids.length; place += ACCOUNTS_PER_TRANSACTION_MAX) {
    const chunk = ids.slice(place, place + ACCOUNTS_PER_TRANSACTION_MAX);
    closed.push(
      ...(await changeDirectory(
        pool,
        change,
        async (transaction) => {
          const done = await closeChunk(transaction, change, { ...closing, ids: chunk, waiting }, refuse);
          if (named !== undefined && !isDryRun) requireNoneRefused(refused);
          return done;
        },
        isDryRun,
      )),
    );
  }
  const next = named === undefined && ids.length === ACCOUNTS_PER_CALL_MAX ? ids.at(-1) : undefined;
  return { closed, refused, next };
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

type Chunk = MonthClosing & {
  readonly ids: readonly string[];
  readonly waiting: ReadonlyMap<string, WaitingUsage>;
};

/** Closes the accounts of one transaction; `onRefusal` decides whether a refused account stops it. */
async function closeChunk(
  transaction: DirectoryTransaction,
  { actor }: Change,
  { month, ids, waiting, accountOwnerIds, isWaitingAccepted = false, reason }: Chunk,
  onRefusal: (error: RequestError, accountOwnerId: string) => void,
): Promise<readonly ClosedMonth[]> {
  requireEnded(month, transaction.now);
  const prices = await readPricing(transaction);
  const isBilledOnly = accountOwnerIds === undefined;
  const closed: ClosedMonth[] = [];
  for (const accountOwnerId of ids)
    try {
      const terms = {
        closedBy: actor.id,
        isBilledOnly,
        waiting: waiting.get(accountOwnerId),
        isWaitingAccepted,
        reason,
      };
      const statement = await closeMonth(transaction, prices, { accountOwnerId, month }, terms);
      if (statement !== undefined) closed.push(statement);
    } catch (error) {
      // Refusals are decided before anything is written: the transaction goes on with the next account.
      if (!(error instanceof RequestError)) throw error;
      onRefusal(error, accountOwnerId);
    }
  return closed;
}

function requireNoneRefused(refused: readonly RefusedMonth[]): void {
  if (refused.length > 0) throw new RequestError('USAGE_WAITING', refused.map(({ detail }) => detail).join('; '));
}

function requireEnded(month: UsageMonth, now: string): void {
  const next = formatUsageDay(addMonths(month, 1));
  if (now < next)
    throw new RequestError('MONTH_NOT_ENDED', `${formatUsageMonth(month)} ends when ${next} begins in UTC`);
}
