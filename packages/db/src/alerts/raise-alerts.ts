import { type Cents, formatQuantity, formatUsageDay, type Quantity, type UsageMonth } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { centsText } from '../statements/cents-text.ts';
import type { AlertThreshold } from './thresholds.ts';

/** Spending of a month that reached thresholds of a cap. */
export type ReachedCap = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  /** What the spending was compared with. */
  readonly cap: Cents;
  /** USD. */
  readonly spent: Quantity;
  readonly thresholds: readonly AlertThreshold[];
};

/**
 * Raises alerts and makes a delivery of each for every endpoint that wants it: all in one statement or nothing.
 *
 * Guarantees: one alert for each account, month and threshold, however many workers run this at once, and none when the
 * cap is not that amount any more. An alert never waits for a delivery, and has its deliveries from the moment it is
 * seen. An endpoint that is being disabled gets none: its row is locked, and whoever disables it gives up what it has
 * afterwards.
 *
 * Parameters: $1 account owner, $2 first day of the month, $3 cap, $4 spent, $5 thresholds. Locks: the alerts by
 * threshold, then the endpoints by id (shared). Safe to run twice.
 */
const RAISE_ALERTS = `
with raised as (
  insert into hopsmeter.spending_alerts (account_owner_id, month, threshold, cap, spent)
  select account_owner_id, $2::date, threshold, amount, $4::numeric
  from hopsmeter.spending_caps cross join unnest($5::smallint[]) as threshold
  where account_owner_id = $1 and amount = $3::numeric
  order by threshold
  on conflict on constraint spending_alerts_one_per_threshold do nothing
  returning id, threshold
),
endpoints as materialized (
  select id from hopsmeter.webhook_endpoints
  where disabled_at is null and (account_owner_id is null or account_owner_id = $1)
    and exists (select from raised)
  order by id
  for share
),
announced as (
  insert into hopsmeter.webhook_deliveries (spending_alert_id, webhook_endpoint_id)
  select raised.id, endpoints.id from raised cross join endpoints
)
select threshold from raised order by threshold
`;

/** Raises with {@link RAISE_ALERTS}. @returns the thresholds whose alerts are raised by this call. */
export async function raiseAlerts(pool: Pool, reached: ReachedCap): Promise<readonly number[]> {
  const { accountOwnerId, month, cap, spent, thresholds } = reached;
  if (thresholds.length === 0) return [];
  const { rows } = await pool.query<{ threshold: number }>(RAISE_ALERTS, [
    accountOwnerId,
    formatUsageDay(month),
    centsText(cap),
    formatQuantity(spent),
    thresholds,
  ]);
  return rows.map(({ threshold }) => threshold);
}
