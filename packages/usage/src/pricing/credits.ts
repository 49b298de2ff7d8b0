import { allocate } from '../allocate.ts';
import type { ExactPart } from '../allocate-cents.ts';
import { divideHalfAway, type Quantity } from '../decimal.ts';

/**
 * A whole number of 0.0001 credits. Credits are money's second unit, shown beside USD: what one costs is a fact of the
 * rate card. Nobody is asked to pay credits, so they are always computed from the exact USD and never stored.
 */
export type Credits = bigint;

/** Decimals of credits: with 1 credit = 0.35 USD the last one is a 300th of a cent. */
export const CREDIT_DECIMALS = 4;

const SCALE = 10n ** BigInt(CREDIT_DECIMALS);

/**
 * An exact amount of USD in credits, rounded once, half away from zero.
 *
 * @param creditUsd what one credit costs, above 0.
 */
export function roundToCredits(exact: Quantity, creditUsd: Quantity): Credits {
  return divideHalfAway(exact * SCALE, creditUsd);
}

/**
 * The credits of a total and of its parts, which add up to it: rounded once, then by largest remainder, as cents are.
 *
 * @returns the parts' credits in the order in which the parts came.
 */
export function allocateCredits(
  parts: readonly ExactPart<string>[],
  creditUsd: Quantity,
): { readonly total: Credits; readonly shares: readonly Credits[] } {
  return allocate(
    parts.map(({ key, exact }) => ({ key, exact: exact * SCALE })),
    creditUsd,
  );
}
