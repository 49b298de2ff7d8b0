import type { Quantity } from '../decimal.ts';
import { parseUsageDay } from '../time.ts';
import type { ApplicationUsage } from './application-rows.ts';
import type { RowCounts } from './directory-plan.ts';
import type { DayOutcome } from './plan-imported-day.ts';

/** What becomes of the past usage of a month. */
export type MonthCounts = RowCounts & {
  /** `2026-11`; null for rows whose date is no day. */
  readonly month: string | null;
  /** Days of which there are rows. */
  readonly days: number;
  /** What was billed, by the rows that are new or here already. */
  readonly billed: Quantity;
};

export type UsageCounts = {
  add(row: ApplicationUsage, outcome: DayOutcome): void;
  /** In the order in which months came. */
  months(): readonly MonthCounts[];
};

type Counting = { -readonly [Key in keyof RowCounts]: number } & { readonly days: Set<string>; billed: Quantity };

/** Counts outcomes by month: `read` is the sum of the others. */
export function createUsageCounts(): UsageCounts {
  const months = new Map<string | null, Counting>();
  return {
    add({ date }, outcome) {
      const month = date === null || parseUsageDay(date) === undefined ? null : date.slice(0, 'YYYY-MM'.length);
      const counting = months.get(month) ?? startCounting();
      months.set(month, counting);
      counting.read += 1;
      counting[outcome.kind] += 1;
      if (month !== null && date !== null) counting.days.add(date);
      if ('billed' in outcome) counting.billed += outcome.billed;
    },
    months: () => [...months].map(([month, { days, ...counts }]) => ({ month, ...counts, days: days.size })),
  };
}

function startCounting(): Counting {
  return { read: 0, new: 0, unchanged: 0, different: 0, refused: 0, days: new Set(), billed: 0n };
}
