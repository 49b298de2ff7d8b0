import { RequestError, type RequestErrorCode, type UsageMonth } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { type ClosedMonth, closeMonth } from './close-month.ts';
import { readPricing } from './compute-statement.ts';
import { ACCOUNTS_PER_CALL_MAX, listClosable, requireEnded } from './list-closable.ts';
import { readWaiting, type WaitingUsage } from './read-waiting.ts';

/**
 * Accounts that are closed while the directory is held once: workers wait that long. Measured on 2 busy cores with 740
 * rows in the month of each: 15 ms an account, 40 when every meter has a price model; so 0.4 to 1 s.
 */
export const ACCOUNTS_PER_TRANSACTION_MAX = 25;

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
  /** Name and address of whoever issues the statements, lines separated by `\n`; none when not given. */
  readonly issuer?: string | undefined;
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
 * Closes a month for accounts: each gets its final statement, with a number. From then on whatever comes for the month
 * is booked in the account's next one. There is no way back.
 *
 * Safe while usage is recorded: the directory is held while a statement is computed and inserted, so an event is either
 * in it or recorded afterwards, by a worker that knows the month as closed. Closing a closed month again answers its
 * statement.
 *
 * An account of whose month something waits (see {@link readWaiting}) is refused, unless that is accepted. A dry run
 * tells it among the refused, for named accounts too.
 *
 * @throws RequestError MONTH_NOT_ENDED; and when accounts are named UNKNOWN_REFERENCE, MONTH_CLOSED,
 *   EARLIER_MONTH_OPEN, PRICE_CHANGE_APPLYING, AMOUNT_TOO_LARGE, USAGE_WAITING, of which nothing was changed.
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
      ...(await inAuditedTransaction(
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

type Chunk = MonthClosing & {
  readonly ids: readonly string[];
  readonly waiting: ReadonlyMap<string, WaitingUsage>;
};

/** Closes the accounts of one transaction; `onRefusal` decides whether a refused account stops it. */
async function closeChunk(
  transaction: AuditedTransaction,
  { actor }: Change,
  { month, ids, waiting, accountOwnerIds, isWaitingAccepted = false, reason, issuer }: Chunk,
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
        issuer,
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
