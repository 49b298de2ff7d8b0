import { ONE, type Quantity } from './decimal.ts';

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
  const magnitude = exact < 0n ? -exact : exact;
  const cents = (magnitude + CENT / 2n) / CENT;
  return exact < 0n ? -cents : cents;
}

/**
 * Rounds the sum of the parts once and gives each part its cents by largest remainder (Hamilton's method), so that what
 * is shown adds up. Each part is less than one cent away from its exact amount, and a part that is whole cents keeps
 * them. Parts with equal remainders are served in the order of their keys (as text, by code unit), then of their places,
 * so that the same parts always get the same cents.
 *
 * Rounding every part by itself loses or invents up to half a cent a part: a bill of 300 lines could be off by 1.50.
 *
 * @returns the parts in the order in which they came.
 */
export function allocateCents<K extends string>(parts: readonly ExactPart<K>[]): Allocation<K> {
  let exactTotal = 0n;
  let floorTotal = 0n;
  const shares = parts.map(({ key, exact }, place) => {
    const cents = floorToCents(exact);
    exactTotal += exact;
    floorTotal += cents;
    return { key, place, cents, remainder: exact - cents * CENT };
  });
  const total = roundToCents(exactTotal);
  // Between 0 and the number of parts with a remainder: every floor is below its amount by less than a cent.
  const centsLeft = Number(total - floorTotal);
  for (const share of [...shares].sort(byNeed).slice(0, centsLeft)) share.cents += 1n;
  return { total, parts: shares.map(({ key, cents }) => ({ key, cents })) };
}

type Share = { readonly key: string; readonly place: number; readonly remainder: bigint };

function byNeed(a: Share, b: Share): number {
  if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.place - b.place;
}

function floorToCents(exact: Quantity): Cents {
  const towardsZero = exact / CENT;
  return exact < 0n && exact % CENT !== 0n ? towardsZero - 1n : towardsZero;
}
