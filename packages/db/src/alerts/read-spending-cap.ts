import { type Cents, formatUsageDay, type Quantity, type UsageMonth } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { centsOf } from '../statements/cents-text.ts';
import { draftStatement } from '../statements/draft-statement.ts';
import type { AlertRow } from './alert-columns.ts';
import { listAlerts } from './list-alerts.ts';
import { ALERT_THRESHOLDS } from './thresholds.ts';

/** A cap and how a month stands to it. */
export type SpendingCap = {
  readonly amount: Cents;
  readonly setAt: string;
  /** What closing the month now would bill, USD. */
  readonly spent: Quantity;
  /** The alerts of the month, the newest first. */
  readonly alerts: readonly AlertRow[];
};

const READ_CAP = `
select amount::text, ${instantText('set_at')} as "setAt" from hopsmeter.spending_caps where account_owner_id = $1
`;

/** Reads an account's cap with an open month; undefined when it has none. @throws RequestError MONTH_CLOSED */
export async function readSpendingCap(
  pool: Pool,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<SpendingCap | undefined> {
  const { rows } = await pool.query<{ amount: string; setAt: string }>(READ_CAP, [accountOwnerId]);
  const [cap] = rows;
  if (cap === undefined) return undefined;
  const { totalExact: spent } = await draftStatement(pool, accountOwnerId, month);
  const wanted = { accountOwnerId, month: formatUsageDay(month), limit: ALERT_THRESHOLDS.length };
  return { ...cap, amount: centsOf(cap.amount), spent, alerts: await listAlerts(pool, wanted) };
}
