import { useMemo } from 'react';
import type * as z from 'zod/mini';
import type { totalsSchema } from '../api/schemas.ts';
import { eachDay } from '../format/date.ts';
import { parseDecimal, sumDecimals } from '../format/decimal.ts';
import { meterName } from '../format/quantity.ts';
import { Empty } from '../parts/empty.tsx';
import { meterColour } from './meter-colour.ts';
import { amountsOf } from './stack.ts';
import { StackedBars } from './stacked-bars.tsx';

export type DailyBarsProps = {
  /** Grouped by day and meter. */
  readonly totals: z.output<typeof totalsSchema>;
  /** Told which meter of which day was chosen. */
  readonly onSelect: (day: string, meter: string) => void;
};

/** Every day's cost by meter, the dearest meter at the bottom. */
export function DailyBars({ totals, onSelect }: DailyBarsProps) {
  const { from, to, groups } = totals;
  const days = useMemo(() => eachDay(from, to), [from, to]);
  const series = useMemo(() => {
    const costs = Map.groupBy(groups, ({ key }) => key.meter ?? '');
    return [...costs]
      .map(([key, rows]) => ({
        key,
        name: meterName(key),
        colour: meterColour(key),
        cost: parseDecimal(sumDecimals(rows.map((row) => row.costExact))),
      }))
      .sort((a, b) => (a.cost > b.cost ? -1 : 1));
  }, [groups]);
  const amounts = useMemo(
    () => amountsOf(groups, ({ key, costExact }) => ({ day: key.day, series: key.meter, amount: costExact })),
    [groups],
  );
  if (groups.length === 0) return <Empty title="No usage in this month." />;
  return (
    <StackedBars label="Cost by day and meter" days={days} series={series} amounts={amounts} onSelect={onSelect} />
  );
}
