import { useMemo } from 'react';
import { useQuery } from '../../address/use-query.ts';
import type { AmountFormat } from '../../chart/amount-format.ts';
import { meterColour } from '../../chart/meter-colour.ts';
import { StackedBars } from '../../chart/stacked-bars.tsx';
import { eachDay } from '../../format/date.ts';
import { formatQuantity, meterName, meterUnit } from '../../format/quantity.ts';
import { Segments } from '../../parts/segments.tsx';
import { amountsOfMeter, type OwnUsage, sumByMeter } from './own-usage.ts';

/** One meter day by day: quantities of different meters do not stand on one another. */
export function UsageDays({ usage: { from, to, groups } }: { readonly usage: OwnUsage }) {
  const [query, setQuery] = useQuery();
  const meters = useMemo(() => [...sumByMeter(groups).keys()], [groups]);
  const [first = ''] = meters;
  const meter = meters.find((each) => each === query.get('meter')) ?? first;
  const days = useMemo(() => eachDay(from, to), [from, to]);
  const amounts = useMemo(() => amountsOfMeter(groups, meter), [groups, meter]);
  const series = useMemo(() => [{ key: meter, name: meterName(meter), colour: meterColour(meter) }], [meter]);
  const format = useMemo(() => formatOf(meter), [meter]);
  return (
    <section className="card" aria-labelledby="usage-days">
      <div className="card-head">
        <h2 id="usage-days">By day</h2>
        {meters.length < 2 ? null : (
          <Segments
            label="Meter"
            options={meters.map((value) => ({ value, text: meterName(value) }))}
            value={meter}
            onChange={(next) => setQuery({ meter: next === first ? '' : next })}
          />
        )}
      </div>
      <StackedBars label={`${meterName(meter)} by day`} {...{ days, series, amounts, format }} />
    </section>
  );
}

function formatOf(meter: string): AmountFormat {
  const unit = meterUnit(meter);
  return {
    write: (amount) => `${formatQuantity(amount)} ${unit}`.trim(),
    writeShort: formatQuantity,
  };
}
