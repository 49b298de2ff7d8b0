import { formatTime, formatUsageDay, type ParkReason } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { AttributionEntry, LedgerRow, PriceEntry, WindowEntry } from '../record/batch-record.ts';
import { SETTLE_PARKED } from './settle-parked-statement.ts';
import { type ParkedChoice, type TakenEvent, takeParked } from './take-parked.ts';

/** A taken event that still cannot be counted, by its place among the taken ones. No reason: as it was parked. */
export type StillParked = {
  readonly place: number;
  readonly reason: ParkReason | undefined;
  readonly detail: string | undefined;
};

/**
 * What becomes of taken events: each is in `ledger` or in `stillParked`. The `position` of a ledger row is the place of
 * its event among the taken ones; no two of them have one identity.
 */
export type ParkedPlan = {
  readonly directoryVersion: string;
  readonly attributions: readonly AttributionEntry[];
  readonly windows: readonly WindowEntry[];
  readonly ledger: readonly LedgerRow[];
  readonly prices: readonly PriceEntry[];
  readonly stillParked: readonly StillParked[];
};

/** What became of the taken events. */
export type SettledCounts = { readonly counted: number; readonly duplicates: number; readonly pending: number };

/**
 * Takes parked events, has a plan made for them, and counts what the plan says with {@link SETTLE_PARKED}, in one
 * transaction: an end at any point leaves everything as it was.
 *
 * @param makePlan called once with the events, unless there are none. Must be quick: it holds their rows locked.
 * @throws what the statement raises; `kindOfFailure` sorts it.
 */
export function settleParked(
  pool: Pool,
  choice: ParkedChoice,
  makePlan: (taken: readonly TakenEvent[]) => ParkedPlan,
): Promise<SettledCounts> {
  return inTransaction(pool, async (query) => {
    const taken = await takeParked(query, choice);
    if (taken.length === 0) return { counted: 0, duplicates: 0, pending: 0 };
    const [counts] = await query.rowsOf<SettledCounts>(SETTLE_PARKED, parametersOf(makePlan(taken), taken));
    const { counted = 0, duplicates = 0, pending = 0 } = counts ?? {};
    // Thrown before the commit: a plan that forgets an event must not leave it as if nobody had tried.
    if (counted + duplicates + pending !== taken.length)
      throw new Error(`${taken.length} parked events were taken and ${counted + duplicates + pending} settled`);
    return { counted, duplicates, pending };
  });
}

function parametersOf(plan: ParkedPlan, taken: readonly TakenEvent[]): string[] {
  const ledger = plan.ledger.map((row) => {
    const who = at(plan.attributions, row.attribution);
    const { start, end } = at(plan.windows, row.window);
    return {
      id: at(taken, row.position).id,
      part: row.part,
      usage_date: formatUsageDay(row.day),
      event_type: row.eventType,
      account_owner_id: who.accountOwnerId,
      user_id: who.userId,
      project_id: who.projectId,
      attributed_by: row.attributedBy,
      window_started_at: formatTime(start),
      window_ended_at: formatTime(end),
      meters: row.usages.map(({ meter }) => meter),
      quantities: row.usages.map(({ quantity }) => quantity),
      booked_on: who.bookedOn === undefined ? null : formatUsageDay(who.bookedOn),
    };
  });
  const problems = plan.stillParked.map(({ place, reason, detail }) => ({ id: at(taken, place).id, reason, detail }));
  const prices = plan.prices.map(({ day, accountOwnerId, price }) => ({
    usage_date: formatUsageDay(day),
    meter: price.meter,
    price_account: accountOwnerId ?? '',
    rate_id: price.rateId,
    price_override_id: price.overrideId,
    price: price.priceText,
    price_quantity: price.priceQuantityText,
  }));
  return [plan.directoryVersion, JSON.stringify(ledger), JSON.stringify(problems), JSON.stringify(prices)];
}

function at<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item === undefined) throw new RangeError(`the plan names place ${place} of ${items.length}`);
  return item;
}
