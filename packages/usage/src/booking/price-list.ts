import type { Directory, Unattributed } from '../directory.ts';
import type { UsageDay } from '../time.ts';
import type { PriceEntry } from './booked-row.ts';

/** The prices of what is booked, each once. */
export type PriceList = {
  readonly values: readonly PriceEntry[];
  /** Adds the price of a meter on a day; says why not when there is none. */
  add(accountOwnerId: string, meter: string, day: UsageDay): Unattributed | undefined;
};

export function createPriceList(directory: Directory): PriceList {
  const values: PriceEntry[] = [];
  /** By account (empty for all without prices of their own), then by day. */
  const accounts = new Map<string, Map<UsageDay, Set<string>>>();
  return {
    values,
    add(accountOwnerId, meter, day) {
      const priceAccount = directory.pricing.hasOverrides(accountOwnerId) ? accountOwnerId : '';
      let days = accounts.get(priceAccount);
      if (days === undefined) {
        days = new Map();
        accounts.set(priceAccount, days);
      }
      const known = days.get(day);
      if (known?.has(meter)) return undefined;
      if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
      const price = directory.pricing.priceOf(accountOwnerId, meter, day);
      if (price === undefined) return { reason: 'no_rate', detail: `${meter} has no price on that day` };
      values.push({ day, accountOwnerId: priceAccount === '' ? undefined : priceAccount, price });
      if (known === undefined) days.set(day, new Set([meter]));
      else known.add(meter);
      return undefined;
    },
  };
}
