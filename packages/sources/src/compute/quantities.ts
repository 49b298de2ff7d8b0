import { type ExactUnits, formatExactUnits, parseDecimal } from '@hopsmeter/usage';
import type { EventUsage, Quantities } from './event-usage.ts';

/** A part of something: `numerator ÷ denominator`. */
export type Ratio = { readonly numerator: bigint; readonly denominator: bigint };

export const NONE: Ratio = { numerator: 0n, denominator: 1n };

/** @throws RangeError when it is no decimal from 0 on. */
export function readRatio(value: number | string): Ratio {
  const decimal = parseDecimal(value);
  if (decimal === undefined || decimal.digits < 0n) throw new RangeError(`${value} is no decimal from 0 on`);
  const { digits, scale } = decimal;
  return scale >= 0
    ? { numerator: digits, denominator: 10n ** BigInt(scale) }
    : { numerator: digits * 10n ** BigInt(-scale), denominator: 1n };
}

/** Whether any quantity differs from what it was by more than a part of it; from zero and to zero always. */
export function differs(before: Quantities, after: Quantities, limit: Ratio): boolean {
  return meters(before, after).some(({ old, now }) => {
    if (old === 0n || now === 0n) return old !== now;
    return isAbove(old > now ? old - now : now - old, old, limit);
  });
}

/** Whether any quantity is less than it was by more than a part of it. */
export function isLess(before: Quantities, after: Quantities, limit: Ratio): boolean {
  return meters(before, after).some(({ old, now }) => now < old && (now === 0n || isAbove(old - now, old, limit)));
}

export function isMore(before: Quantities, after: Quantities): boolean {
  return meters(before, after).some(({ old, now }) => now > old);
}

/** All that events report. */
export function addUp(usages: readonly EventUsage[]): Quantities {
  const sums = new Map<string, ExactUnits>();
  for (const usage of usages)
    for (const [meter, units] of usage.quantities) sums.set(meter, (sums.get(meter) ?? 0n) + units);
  return sums;
}

/** As a correction has them. */
export function writeQuantities(quantities: Quantities): Readonly<Record<string, string>> {
  return Object.fromEntries([...quantities].map(([meter, units]) => [meter, formatExactUnits(units)]));
}

function meters(before: Quantities, after: Quantities) {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.map((meter) => ({ meter, old: before.get(meter) ?? 0n, now: after.get(meter) ?? 0n }));
}

function isAbove(difference: ExactUnits, whole: ExactUnits, { numerator, denominator }: Ratio): boolean {
  return difference * denominator > whole * numerator;
}
