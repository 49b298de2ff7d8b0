import { addMonths, formatUsageDay, parseUsageDay, type UsageDay } from '@hopsmeter/usage';
import type { Month } from '../../contract/parameters.ts';

/** The days that a month is compared with, and how much of it has passed; days as `2026-11-01`. */
export type AccountsPeriod = {
  readonly previousFrom: string;
  /** The day after the last one of the month before that is compared with. */
  readonly samePeriodTo: string;
  /** Whole days of the month that have passed; undefined before the first has. */
  readonly wholeDays: number | undefined;
  /** The day after the last of them. */
  readonly wholeDaysTo: string;
};

/**
 * What a month is compared with: the month before, and of that the days up to today's day of the month, today's
 * included; a shorter month before is compared as a whole, and so is the month before one that is over or has not
 * begun.
 */
export function accountsPeriodOf({ from, to }: Month, today: UsageDay): AccountsPeriod {
  const first = dayOf(from);
  const end = dayOf(to);
  const previous = addMonths(first, -1);
  const isCurrent = first <= today && today < end;
  const samePeriodTo = isCurrent ? Math.min(previous + (today - first) + 1, first) : first;
  const wholeDays = Math.max(Math.min(today, end) - first, 0);
  return {
    previousFrom: formatUsageDay(previous),
    samePeriodTo: formatUsageDay(samePeriodTo),
    wholeDays: wholeDays === 0 ? undefined : wholeDays,
    wholeDaysTo: formatUsageDay(first + wholeDays),
  };
}

function dayOf(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day;
}
