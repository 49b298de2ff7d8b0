import { divideHalfEven } from './decimal.ts';
import type { Usage, UsageEvent } from './event.ts';
import { type ExactUnits, formatExactUnits, toExactUnits } from './exact-quantity.ts';
import { MICROS_PER_DAY, type UsageDay, usageDayOf } from './time.ts';

/** One event's usage on one UTC day. */
export type DayPart = { readonly day: UsageDay; readonly usages: readonly Usage[] };

/**
 * Splits an event over the UTC days of its window, by duration; the first part is the day on which the window begins.
 *
 * Each part is the difference of two rounded running totals. So the parts add up exactly to the whole and none is
 * negative, which neither rounding each part nor giving the last one the rest could promise.
 */
export function splitByDay(event: Pick<UsageEvent, 'start' | 'end' | 'usages'>): readonly DayPart[] {
  const firstDay = usageDayOf(event.start);
  // The end is exclusive: a window that ends at midnight does not touch the next day.
  const lastDay = event.end > event.start ? usageDayOf(event.end - 1) : firstDay;
  if (firstDay === lastDay) return [{ day: firstDay, usages: event.usages }];
  const duration = BigInt(event.end - event.start);
  const wholes = event.usages.map(({ meter, quantity }) => ({ meter, units: toExactUnits(quantity) }));
  const runningTotals: ExactUnits[] = [];
  const parts: DayPart[] = [];
  for (let day = firstDay; day <= lastDay; day++) {
    const elapsed = BigInt(Math.min((day + 1) * MICROS_PER_DAY, event.end) - event.start);
    const usages = wholes.flatMap(({ meter, units }, index): readonly Usage[] => {
      const runningTotal = divideHalfEven(units * elapsed, duration);
      const part = runningTotal - (runningTotals[index] ?? 0n);
      runningTotals[index] = runningTotal;
      return part === 0n ? [] : [{ meter, quantity: formatExactUnits(part) }];
    });
    parts.push({ day, usages });
  }
  return parts;
}
