import { divideHalfAway, parseDecimal } from '../../decimal.ts';

/**
 * An exact amount in units of 10⁻⁴⁰, finer than anything that is read, so that nothing is rounded before it is
 * compared.
 */
export type Amount = bigint;

const DECIMALS = 40;

/** One whole unit. */
export const ONE_AMOUNT: Amount = 10n ** BigInt(DECIMALS);

/** Reads a NUMERIC's text; undefined for NaN and the infinities. */
export function readAmount(text: string): Amount | undefined {
  const decimal = parseDecimal(text);
  if (decimal === undefined || decimal.scale > DECIMALS) return undefined;
  return decimal.digits * (POWERS[DECIMALS - decimal.scale] ?? 10n ** BigInt(DECIMALS - decimal.scale));
}

const POWERS = Array.from({ length: DECIMALS + 1 }, (_, exponent) => 10n ** BigInt(exponent));

/**
 * As many units of the last of so many decimals, half away from zero, as Postgres rounds what it puts into a column.
 */
export function roundAmount(amount: Amount, decimals: number): bigint {
  return divideHalfAway(amount, UNITS[decimals] ?? 10n ** BigInt(DECIMALS - decimals));
}

/** By decimals: raising ten to a power would be most of what rounding costs. */
const UNITS = [0, 1, 2, 3, 4].map((decimals) => 10n ** BigInt(DECIMALS - decimals));

/** `12345n` with 2 decimals is `123.45`. */
export function formatFixed(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}
