import { setTimeout as delay } from 'node:timers/promises';
import { formatUsageDay, type ListedRow, ONE, RequestError, type UsageDay } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { changePrices, previewPriceChange } from '../pricing/change-prices.ts';
import type { PriceChange } from '../pricing/price-change.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { reRatePart } from '../pricing/re-rate.ts';
import type { ChangesProgress } from './make-directory-changes.ts';

/** Why, in the audit log and with the price change. */
const REASON = 'the application billed these days, before the switch';

/** How often it is asked whether a worker is done with what it has in hand. */
const WAIT_MS = 100;

/** An account whose metered usage from a day up to the switch costs something in its open months. */
export type BilledBefore = { readonly accountOwnerId: string; readonly firstDay: UsageDay };

/** Parameters: $1 the day of the switch. */
const LIST_BILLED_BEFORE = `
select account_owner_id as "accountOwnerId", min(usage_date)::text as "firstDay"
from hopsmeter.usage_daily
where booked_on < $1::date and cost <> 0 and not starts_with(meter, 'imported_')
  and booked_on >= hopsmeter.open_since(account_owner_id)
group by account_owner_id
order by account_owner_id collate "C"
`;

const COUNT_APPLYING = `select count(*)::integer as count from hopsmeter.price_changes where status = 'applying'`;

/** Lists with {@link LIST_BILLED_BEFORE}. */
export async function listBilledBefore(pool: Pool, switchDay: UsageDay): Promise<readonly BilledBefore[]> {
  const { rows } = await pool.query<{ accountOwnerId: string; firstDay: string }>(LIST_BILLED_BEFORE, [
    formatUsageDay(switchDay),
  ]);
  return rows.map(({ accountOwnerId, firstDay }) => ({ accountOwnerId, firstDay: dayOf(firstDay) }));
}

/**
 * Gives accounts a discount of 100 % up to the switch, because another system billed the days that both metered, and
 * applies it to what is recorded. Quantities stay, and what comes late for these days costs nothing either.
 *
 * @returns the accounts that have another discount or price in force there, which a person has to end first.
 */
export async function stopBillingBefore(
  pool: Pool,
  change: Change,
  { accounts, switchDay }: { readonly accounts: readonly BilledBefore[]; readonly switchDay: UsageDay },
  { signal, onPart }: ChangesProgress,
): Promise<readonly ListedRow[]> {
  const refused: ListedRow[] = [];
  for (const [place, { accountOwnerId, firstDay }] of accounts.entries()) {
    signal.throwIfAborted();
    const override = { kind: 'discount', meter: undefined, percent: 100n * ONE } as const;
    const wanted: PriceChange = {
      kind: 'set_override',
      accountOwnerId,
      override,
      validFrom: firstDay,
      validTo: switchDay,
    };
    try {
      const { fingerprint } = await previewPriceChange(pool, wanted);
      await changePrices(pool, change, { change: wanted, reason: REASON, fingerprint });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      refused.push({
        table: 'statements',
        key: `${accountOwnerId}/before ${formatUsageDay(switchDay)}`,
        reason: `its metered usage cannot be made free: ${error.code}: ${error.detail ?? error.message}`,
      });
    }
    onPart(place + 1);
  }
  await applyPriceChanges(pool, signal);
  return refused;
}

/** Applies what waits here; waits for what a worker has in hand. */
async function applyPriceChanges(pool: Pool, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if ((await reRatePart(pool)) !== undefined) continue;
    const { rows } = await pool.query<{ count: number }>(COUNT_APPLYING);
    if (rows[0]?.count === 0) return;
    await delay(WAIT_MS);
  }
}
