import {
  formatUsageDay,
  formatUsageMonth,
  type ListedRow,
  parseQuantity,
  RequestError,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { closeMonth } from '../statements/close-month.ts';
import { ACCOUNTS_PER_TRANSACTION_MAX } from '../statements/close-months.ts';
import { readPricing } from '../statements/compute-statement.ts';
import { readWaiting } from '../statements/read-waiting.ts';
import type { ChangesProgress } from './make-directory-changes.ts';

/** Why, in the audit log. */
const REASON = 'the application billed this month, before the switch';

/** An open month of an account in which imported usage is booked, and what metered usage costs in it. */
export type ImportedMonth = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  readonly meteredCost: bigint;
};

/** Parameters: $1 first day of the month of the switch. Reads the summary of the rollup by account and day. */
const LIST_IMPORTED_MONTHS = `
select
  account_owner_id as "accountOwnerId", date_trunc('month', booked_on)::date::text as month,
  coalesce(sum(cost) filter (where not starts_with(meter, 'imported_')), 0)::text as "meteredCost"
from hopsmeter.account_days
where booked_on < $1::date and row_count > 0
group by account_owner_id, date_trunc('month', booked_on)
having bool_or(starts_with(meter, 'imported_'))
  and date_trunc('month', booked_on)::date >= hopsmeter.open_since(account_owner_id)
order by date_trunc('month', booked_on), account_owner_id collate "C"
`;

/** Lists with {@link LIST_IMPORTED_MONTHS}, the earliest first. */
export async function listImportedMonths(pool: Pool, before: UsageMonth): Promise<readonly ImportedMonth[]> {
  type Row = { readonly accountOwnerId: string; readonly month: string; readonly meteredCost: string };
  const { rows } = await pool.query<Row>(LIST_IMPORTED_MONTHS, [formatUsageDay(before)]);
  return rows.map(({ accountOwnerId, month, meteredCost }) => ({
    accountOwnerId,
    month: dayOf(month),
    meteredCost: parseQuantity(meteredCost),
  }));
}

/**
 * Closes months of accounts as imported: their statements come to what was billed, and nothing of it is due. Some at a
 * time, each time in one transaction; whatever ends it, run again it goes on.
 *
 * @returns the months that stay open, and why: metered usage in them costs something, or what closing a month says.
 */
export async function closeImportedMonths(
  pool: Pool,
  change: Change,
  months: readonly ImportedMonth[],
  { signal, onPart }: ChangesProgress,
): Promise<readonly ListedRow[]> {
  const open: ListedRow[] = [];
  const refuse = ({ accountOwnerId, month }: ImportedMonth, reason: string): void => {
    open.push({ table: 'statements', key: `${accountOwnerId}/${formatUsageMonth(month)}`, reason });
  };
  const closable = months.filter(({ meteredCost }) => meteredCost === 0n);
  for (const month of months)
    if (month.meteredCost !== 0n) refuse(month, 'metered usage of the month costs something: it would be billed twice');
  for (let place = 0; place < closable.length; ) {
    signal.throwIfAborted();
    const month = closable[place]?.month;
    const part = closable
      .slice(place, place + ACCOUNTS_PER_TRANSACTION_MAX)
      .filter((imported) => imported.month === month);
    await closePart(pool, change, part, refuse);
    place += part.length;
    onPart(place);
  }
  return open;
}

/** @param part of one month. */
async function closePart(
  pool: Pool,
  change: Change,
  part: readonly ImportedMonth[],
  refuse: (month: ImportedMonth, reason: string) => void,
): Promise<void> {
  const [first] = part;
  if (first === undefined) return;
  const waiting = await readWaiting(
    pool,
    first.month,
    part.map(({ accountOwnerId }) => accountOwnerId),
  );
  await inAuditedTransaction(pool, change, async (transaction) => {
    const prices = await readPricing(transaction);
    for (const imported of part)
      try {
        await closeMonth(transaction, prices, imported, {
          closedBy: change.actor.id,
          issuer: undefined,
          isBilledOnly: false,
          waiting: waiting.get(imported.accountOwnerId),
          isWaitingAccepted: false,
          reason: REASON,
        });
      } catch (error) {
        // Refusals are decided before anything is written: the transaction goes on with the next account.
        if (!(error instanceof RequestError)) throw error;
        refuse(imported, `${error.code}: ${error.detail ?? error.message}`);
      }
  });
}
