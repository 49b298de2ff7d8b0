import { formatQuantity, ONE, type Quantity } from '@hopsmeter/usage';

/** FOCUS' name for 2^30 bytes, which is what our GB is. It has no plural. */
const GIB = 'GiB';

const HOURS = '-Hours';

/** Times that a number of hours is, of which FOCUS has names. A month is 30 days, as in our price lists. */
const TIMES: ReadonlyMap<Quantity, string> = new Map([
  [24n * ONE, '-Days'],
  [720n * ONE, '-Months'],
]);

/** A unit of ours as FOCUS writes units: capitalised base units joined by hyphens, the last one in the plural. */
export function consumedUnit(unit: string): string {
  const names = unit.split('-').map((base) => (base === 'GB' ? GIB : base.charAt(0).toUpperCase() + base.slice(1)));
  const last = names.pop() ?? '';
  const plural = last === GIB || last.endsWith('s') ? last : `${last}s`;
  return [...names, plural].join('-');
}

/**
 * The quantity that a price is for: `GiB-Months` for 720 GB-hours, `1000 Calls` for a thousand calls.
 *
 * FOCUS has no form for a number of units of something over time (`720 GiB-Hours`), so a time that has a name of its
 * own is named. For other numbers of hours the number stands before the unit all the same: without it the price would
 * be another.
 */
export function pricingUnit(unit: string, quantity: Quantity): string {
  const text = consumedUnit(unit);
  const time = TIMES.get(quantity);
  if (time !== undefined && text.endsWith(HOURS)) return text.slice(0, -HOURS.length) + time;
  return quantity === ONE ? text : `${formatQuantity(quantity)} ${text}`;
}
