import { divideHalfAway, type Quantity } from '../decimal.ts';
import { type ExactUnits, roundExactUnits } from '../exact-quantity.ts';
import type { UsageDay } from '../time.ts';
import { costOfFirst, type ExactAmount, hasModelEffect } from './model-cost.ts';
import type { EffectivePrice } from './pricing.ts';

/** Usage of a day: its quantity, what its rows cost at the list price, and the terms in force. */
export type PricedDay = {
  readonly day: UsageDay;
  readonly quantity: ExactUnits;
  /** USD. */
  readonly cost: Quantity;
  readonly price: EffectivePrice;
};

/**
 * What tiers, packages and included units make of an account's month of a meter: its cost by the price model, less the
 * list cost of its rows; negative for an advantage. Zero while all terms are plain list prices.
 *
 * The days stand in a line: each costs what the month costs up to its end, less what it costs up to its beginning, both
 * under the terms of that day. So usage under equal terms costs the same however it is spread over days, members,
 * projects and clusters, and terms that change in mid-month go on from where the month stands. A day may come in
 * several entries; on a day with negative usage in sum the line goes back. Where the month stands is rounded, not each
 * day: however usage was cut into events, the month stands where its exact sum does.
 *
 * @param days in any order, all of one account, meter and month; entries of one day have the same terms.
 * @returns USD, exact but for one rounding to 12 decimals, half away from zero.
 */
export function modelEffect(days: readonly PricedDay[]): Quantity {
  if (!days.some(({ price }) => hasModelEffect(price))) return 0n;
  const monthQuantity = roundExactUnits(days.reduce((sum, { quantity }) => sum + quantity, 0n));
  const sums = new Map<bigint, bigint>();
  const add = ({ numerator, denominator }: ExactAmount, sign: bigint): void => {
    sums.set(denominator, (sums.get(denominator) ?? 0n) + sign * numerator);
  };
  let listCost = 0n;
  let reached = 0n;
  let position = 0n;
  for (const { quantity, cost, price } of [...days].sort((a, b) => a.day - b.day)) {
    add(costOfFirst(position, price, monthQuantity), -1n);
    reached += quantity;
    position = roundExactUnits(reached);
    add(costOfFirst(position, price, monthQuantity), 1n);
    listCost += cost;
  }
  return roundSum(sums) - listCost;
}

/** Fractions by their denominators, of which there are as many as price quantities: added up and rounded once. */
function roundSum(sums: ReadonlyMap<bigint, bigint>): Quantity {
  let numerator = 0n;
  let denominator = 1n;
  for (const [nextDenominator, nextNumerator] of sums) {
    numerator = numerator * nextDenominator + nextNumerator * denominator;
    denominator *= nextDenominator;
  }
  return divideHalfAway(numerator, denominator);
}
