import { divideHalfAway, formatQuantity, formatUnits, QUANTITY_DECIMALS, type Quantity } from './decimal.ts';

/**
 * Quantities before they are rounded. What events report is added up with 32 decimals, so that the parts of a whole are
 * the whole: bytes ÷ 2³⁰ end within 30 decimals. It is rounded to a {@link Quantity} where a number is shown or priced,
 * and nowhere before (docs/decisions/0017).
 */

/**
 * An exact quantity: plain decimal text with at most 32 decimals and without zeros at its end, such as `1.5`. Below
 * zero only where something is taken back.
 *
 * Text, because nearly all of them are never added up in this process: as it comes, so it is queued, hashed and sent to
 * the database, where a `bigint` would be parsed and written at each of these places.
 */
export type ExactQuantity = string;

/**
 * 30 for bytes; Postgres keeps digits by fours, so two more cost nothing and make room for sums of ten thousand
 * millions.
 */
const EXACT_DECIMALS = 32;

/** An exact quantity to calculate with: a whole number of 10⁻³². */
export type ExactUnits = bigint;

/** One whole unit of a meter. */
export const ONE_EXACT: ExactUnits = 10n ** BigInt(EXACT_DECIMALS);

const PLAIN = /^-?(\d+)(?:\.(\d{1,32}))?$/;

/**
 * Reads an exact quantity, also with the zeros that Postgres' NUMERIC has at its end.
 *
 * @throws RangeError when the text is no plain decimal or has more than 32 decimals.
 */
export function toExactUnits(text: ExactQuantity): ExactUnits {
  const match = PLAIN.exec(text);
  if (match === null) throw new RangeError('not a plain decimal number with at most 32 decimals');
  const [, whole = '', fraction = ''] = match;
  const units = BigInt(whole + fraction.padEnd(EXACT_DECIMALS, '0'));
  return text.startsWith('-') ? -units : units;
}

/** Writes an exact quantity. */
export function formatExactUnits(units: ExactUnits): ExactQuantity {
  return formatUnits(units, EXACT_DECIMALS);
}

/** Decimals that thirds of an hour can leave wrong in a sum are behind these. */
const SETTLED_DECIMALS = 22;

const SETTLED = 10n ** BigInt(EXACT_DECIMALS - SETTLED_DECIMALS);
const SHOWN = 10n ** BigInt(SETTLED_DECIMALS - QUANTITY_DECIMALS);

/**
 * The quantity that is shown and priced: 12 decimals, half away from zero.
 *
 * Bytes over a window are a whole number of 1/(9 × 5⁸ × 2⁴⁰) GB-hours, and often no decimal. So each event may be off
 * by 10⁻³², and a sum of 10⁹ of them by 10⁻²³. Where the true sum lies in the middle between two quantities, as
 * multiples of 128 KiB do, that would decide to which it goes. Any other true sum is at least 4 × 10⁻²² away from a
 * middle: so rounding to 22 decimals first takes the error away and changes nothing else. The database does the same,
 * see `roundedQuantity` there.
 */
export function roundExactUnits(units: ExactUnits): Quantity {
  return divideHalfAway(divideHalfAway(units, SETTLED), SHOWN);
}

/** An exact quantity as it is shown. */
export function roundQuantity(text: ExactQuantity): Quantity {
  return roundExactUnits(toExactUnits(text));
}

/**
 * An exact quantity at 12 decimals, half to even: how content hashes have it, because events were queued and recorded
 * with 12 decimals before, and a copy must be known as one. By its digits: reading all of them would take five times as
 * long.
 */
export function hashedQuantity(text: ExactQuantity): string {
  const point = text.indexOf('.');
  const end = point + 1 + QUANTITY_DECIMALS;
  if (point < 0 || text.length <= end) return text;
  const kept = BigInt(text.slice(0, point) + text.slice(point + 1, end));
  const next = text.charCodeAt(end) - 48;
  // There are no zeros at the end: more digits are more than nothing.
  const isUp = next > 5 || (next === 5 && (text.length > end + 1 || kept % 2n === 1n));
  return formatQuantity(isUp ? kept + 1n : kept);
}
