import {
  type Cents,
  formatQuantity,
  formatUsageMonth,
  type Quantity,
  RequestError,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { carryForward } from '../grants/carry-forward.ts';
import { recordDraws } from '../grants/record-draws.ts';
import { findApplyingPriceChange } from '../pricing/find-applying-price-change.ts';
import { centsText } from './cents-text.ts';
import { type ComputedStatement, computeStatement } from './compute-statement.ts';
import { insertStatement } from './insert-statement.ts';
import { isClosed, readAccountMonth } from './read-account-month.ts';
import type { AccountPricing } from './read-effect-parts.ts';
import { readSummary } from './read-summary.ts';
import { describeWaiting, type WaitingUsage } from './read-waiting.ts';

/** A statement in brief. */
export type ClosedMonth = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  readonly number: number;
  readonly totalExact: Quantity;
  readonly total: Cents;
  readonly imported: Cents;
  readonly prepaid: Cents;
  readonly amountDue: Cents;
  /** Whether this call closed it; false when it was closed before. */
  readonly isNew: boolean;
  /** What waited when it was closed by this call, and was accepted; undefined when nothing did. */
  readonly waiting: WaitingUsage | undefined;
};

/** How a month is closed. */
export type ClosingTerms = {
  readonly closedBy: string;
  /** Name and address of whoever issues the statement; undefined when that is not set. */
  readonly issuer: string | undefined;
  /** Leaves an account alone that has nothing to bill. */
  readonly isBilledOnly: boolean;
  /** What waits of the account's month. */
  readonly waiting: WaitingUsage | undefined;
  /** Whether a person accepts that it waits. */
  readonly isWaitingAccepted: boolean;
  /** Why it is closed, for the audit log. */
  readonly reason: string | undefined;
};

/** DECIMAL(10,2) ends here, on either side of zero. */
const CENTS_MAX: Cents = 10n ** 10n - 1n;

/**
 * Closes one account's month within a change that holds the directory. A closed month answers its statement.
 *
 * @returns undefined for an account that has nothing to bill and is left alone.
 * @throws RequestError UNKNOWN_REFERENCE, MONTH_CLOSED, EARLIER_MONTH_OPEN, PRICE_CHANGE_APPLYING, AMOUNT_TOO_LARGE,
 *   USAGE_WAITING; all of them before anything is written.
 */
export async function closeMonth(
  transaction: AuditedTransaction,
  prices: AccountPricing,
  account: { readonly accountOwnerId: string; readonly month: UsageMonth },
  { closedBy, issuer, isBilledOnly, waiting, isWaitingAccepted, reason }: ClosingTerms,
): Promise<ClosedMonth | undefined> {
  const { accountOwnerId, month } = account;
  const accountMonth = await readAccountMonth(transaction, accountOwnerId, month);
  const text = formatUsageMonth(month);
  if (!accountMonth.isAccount) throw new RequestError('UNKNOWN_REFERENCE', `${accountOwnerId} is no account`);
  const known = await readSummary(transaction, accountOwnerId, month);
  if (known !== undefined)
    return toClosedMonth(known, { number: known.final.number, isNew: false, waiting: undefined });
  if (isClosed(accountMonth, month))
    throw new RequestError('MONTH_CLOSED', `a month after ${text} is closed for ${accountOwnerId}`);
  if (accountMonth.earlierMonth !== undefined)
    throw new RequestError(
      'EARLIER_MONTH_OPEN',
      `${accountOwnerId} has usage in ${formatUsageMonth(accountMonth.earlierMonth)}, which has to be closed ` +
        `before ${text}`,
    );
  const applying = await findApplyingPriceChange(transaction, accountOwnerId, month);
  if (applying !== undefined)
    throw new RequestError(
      'PRICE_CHANGE_APPLYING',
      `the price change ${applying.id} is still being applied to ${text}`,
    );
  const computed = await computeStatement(transaction, prices, account, accountMonth);
  if (isBilledOnly && computed.lines.length === 0) return undefined;
  requireFits(computed);
  if (waiting !== undefined && !isWaitingAccepted)
    throw new RequestError('USAGE_WAITING', `${accountOwnerId}: ${describeWaiting(waiting)}`);
  const { id, number } = await insertStatement(transaction, computed, { closedBy, issuer });
  await recordDraws(transaction, id, computed.draws);
  if (computed.carried > 0n)
    await carryForward(transaction, { statementId: id, number, ...account, amount: computed.carried, closedBy });
  await transaction.audit({
    action: 'close_month',
    entity: 'statements',
    entityId: id,
    after: {
      accountOwnerId,
      month: text,
      number,
      totalExact: formatQuantity(computed.totalExact),
      total: centsText(computed.total),
      imported: centsText(computed.imported),
      prepaid: centsText(computed.prepaid),
      ...(waiting === undefined ? {} : { waiting }),
    },
    reason,
  });
  return toClosedMonth(computed, { number, isNew: true, waiting });
}

type Closing = Pick<ClosedMonth, 'number' | 'isNew' | 'waiting'>;

function toClosedMonth(
  { accountOwnerId, month, totalExact, total, imported, prepaid, amountDue }: Omit<ClosedMonth, keyof Closing>,
  closing: Closing,
): ClosedMonth {
  return { accountOwnerId, month, totalExact, total, imported, prepaid, amountDue, ...closing };
}

/** The database would refuse it too, but for the whole transaction. */
function requireFits({ accountOwnerId, total, lines }: ComputedStatement): void {
  const tooLarge = [total, ...lines.map(({ amount }) => amount)].find(
    (cents) => cents > CENTS_MAX || cents < -CENTS_MAX,
  );
  if (tooLarge !== undefined)
    throw new RequestError(
      'AMOUNT_TOO_LARGE',
      `${centsText(tooLarge)} USD on the statement of ${accountOwnerId} is more than 99999999.99`,
    );
}
