import type { Amounts } from '../../chart/stack.ts';
import { parseDecimal } from '../../format/decimal.ts';

/** Steps of colour; the classes heat-1 to heat-6. */
const LEVELS = 6;

/** The largest cost of a day. */
export function dearestOf(costs: Amounts): bigint {
  let dearest = 0n;
  for (const ofAccount of costs.values())
    for (const cost of ofAccount.values()) {
      const value = parseDecimal(cost);
      if (value > dearest) dearest = value;
    }
  return dearest;
}

/**
 * How strongly a day is coloured: 0 for nothing, -1 for less than nothing (adjustments), else 1 to 6 by the square root
 * of its part of the dearest day, so that small accounts beside a large one can be told apart.
 */
export function heatOf(cost: string | undefined, dearest: bigint): number {
  const value = cost === undefined ? 0n : parseDecimal(cost);
  if (value < 0n) return -1;
  if (value === 0n || dearest === 0n) return 0;
  // A colour needs no more than a million steps.
  const share = Number((value * 1_000_000n) / dearest) / 1_000_000;
  return Math.min(LEVELS, Math.max(1, Math.ceil(Math.sqrt(share) * LEVELS)));
}
