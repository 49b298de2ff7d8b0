import { allocate } from './allocate.ts';
import { divideHalfAway, ONE, type Quantity } from './decimal.ts';

/** A whole number of cents; negative for a credit. */
export type Cents = bigint;

/** 0.01 of a currency unit, in the 10⁻¹² units in which exact amounts are held. */
const CENT: Quantity = ONE / 100n;

/** An exact amount and the name by which it is told from the others of its breakdown. */
export type ExactPart<K> = { readonly key: K; readonly exact: Quantity };

export type AllocatedPart<K> = { readonly key: K; readonly cents: Cents };

/** A total in cents and the cents of its parts, which add up to it. */
export type Allocation<K> = { readonly total: Cents; readonly parts: readonly AllocatedPart<K>[] };

/** Rounds an exact amount to cents, half away from zero: 0.005 becomes 0.01 and -0.005 becomes -0.01. */
export function roundToCents(exact: Quantity): Cents {
  return divideHalfAway(exact, CENT);
}

/**
 * Rounds the sum of the parts once and gives each part its cents by largest remainder, so that what is shown adds up;
 * see {@link allocate}.
 *
 * Rounding every part by itself loses or invents up to half a cent a part: a bill of 300 lines could be off by 1.50.
 *
 * @returns the parts in the order in which they came.
 */
export function allocateCents<K extends string>(parts: readonly ExactPart<K>[]): Allocation<K> {
  const { total, shares } = allocate(parts, CENT);
  return { total, parts: parts.map(({ key }, place) => ({ key, cents: shares[place] ?? 0n })) };
}
