import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { formatDayLong, formatDayShort } from '../format/date.ts';
import { parseDecimal } from '../format/decimal.ts';
import { useTheme } from '../theme/use-theme.ts';
import { type AmountFormat, MONEY } from './amount-format.ts';
import { BarsTable } from './bars-table.tsx';
import { readColours } from './colours.ts';
import { drawBars } from './draw-bars.ts';
import { type Amounts, type Series, stackUp } from './stack.ts';

export type StackedBarsProps = {
  /** What the chart shows: `Cost by day and meter`. */
  readonly label: string;
  /** The days, in order; those without amounts too. */
  readonly days: readonly string[];
  /** From the bottom of a bar to its top. */
  readonly series: readonly Series[];
  /** Decimal text, by day and key of the series. */
  readonly amounts: Amounts;
  /** Told which part of which bar was clicked, or chosen by keyboard. */
  readonly onSelect?: ((day: string, seriesKey: string) => void) | undefined;
  readonly height?: number;
  /** How amounts are written; default as money. */
  readonly format?: AmountFormat;
};

type Point = { readonly day: number; readonly series: number | undefined };

/**
 * Daily amounts as stacked bars. A pointer or the arrow keys tell the amounts of a day, a click or Enter chooses a part
 * of it; screen readers have a table.
 */
export function StackedBars(props: StackedBarsProps) {
  const { label, days, series, amounts, onSelect, height = 260, format = MONEY } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [point, setPoint] = useState<Point>();
  const { isDark } = useTheme();
  const stack = useMemo(() => stackUp(days, series, amounts), [days, series, amounts]);

  useEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);

  const seriesAt = (day: number, value: number): number | undefined =>
    findSeries(
      stack.tops.map((tops) => tops[day] ?? 0),
      value,
      (place) => hasAmount(amounts, days[day], series[place]),
    );
  const select = (day: number, place: number | undefined): void => {
    const [dayText, chosen] = [days[day], place === undefined ? undefined : series[place]];
    if (dayText !== undefined && chosen !== undefined) onSelect?.(dayText, chosen.key);
  };
  // The drawing is not made anew when only the callbacks changed.
  const clicked = useRef<(day: number, value: number) => void>(() => undefined);
  clicked.current = (day, value) => select(day, seriesAt(day, value));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are others when isDark changes
  useEffect(() => {
    const element = frame.current;
    if (element === null || width === 0) return undefined;
    const chart: uPlot = drawBars(element, {
      days,
      series,
      stack,
      colours: readColours(element),
      width,
      height,
      format,
      onPoint: (day) => setPoint(day === undefined ? undefined : { day, series: undefined }),
      onClick: (day, value) => clicked.current(day, value),
    });
    return () => chart.destroy();
  }, [days, series, stack, width, height, format, isDark]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moveBy(event.key, point, days.length, series.length);
    if (next !== undefined) {
      event.preventDefault();
      setPoint(next);
    } else if (event.key === 'Enter' && point !== undefined) select(point.day, point.series);
    else if (event.key === 'Escape') setPoint(undefined);
  };

  return (
    <figure className="chart">
      <Legend series={series} />
      <div
        className={onSelect === undefined ? 'chart-frame' : 'chart-frame chart-frame-clickable'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk along the bars
        tabIndex={0}
        role="application"
        aria-label={
          `${label}. Arrow keys left and right choose a day, up and down a part of ` +
          `it${onSelect === undefined ? '' : ', Enter shows the events behind it'}.`
        }
        style={{ minHeight: height }}
        ref={frame}
        onKeyDown={onKeyDown}
        onBlur={() => setPoint(undefined)}
      />
      <p className="visually-hidden" aria-live="polite">
        {point?.series === undefined ? '' : sayPoint(point, props, format)}
      </p>
      {point === undefined ? null : (
        <Tooltip {...{ point, days, series, amounts, format }} total={stack.totals[point.day] ?? '0'} />
      )}
      <div className="visually-hidden">
        <BarsTable {...{ label, days, series, amounts, format }} totals={stack.totals} />
      </div>
    </figure>
  );
}

function Legend({ series }: Pick<StackedBarsProps, 'series'>) {
  return (
    <ul className="legend" aria-hidden="true">
      {series.map(({ key, name, colour }) => (
        <li key={key}>
          <span className={swatchOf(colour)} />
          {name}
        </li>
      ))}
    </ul>
  );
}

type TooltipProps = Pick<StackedBarsProps, 'days' | 'series' | 'amounts'> & {
  readonly point: Point;
  readonly total: string;
  readonly format: AmountFormat;
};

function Tooltip({ point, days, series, amounts, total, format }: TooltipProps) {
  const day = days[point.day];
  if (day === undefined) return null;
  const side = point.day * 2 < days.length ? 'chart-tooltip-right' : 'chart-tooltip-left';
  return (
    <div className={`chart-tooltip ${side}`} aria-hidden="true">
      <p className="chart-tooltip-day">{formatDayLong(day)}</p>
      <table>
        <tbody>
          {series
            .map(({ key, name, colour }, place) => ({ key, name, colour, place, amount: amounts.get(day)?.get(key) }))
            .filter(({ amount }) => amount !== undefined && parseDecimal(amount) !== 0n)
            .reverse()
            .map(({ key, name, colour, place, amount = '0' }) => (
              <tr key={key} className={place === point.series ? 'is-chosen' : undefined}>
                <th scope="row">
                  <span className={swatchOf(colour)} />
                  {name}
                </th>
                <td className="number">{format.write(amount)}</td>
              </tr>
            ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td className="number">{format.write(total)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** The class of the small square in a series' colour. */
function swatchOf(colour: number): string {
  return `swatch swatch-${colour + 1}`;
}

function sayPoint(
  { day, series: place = 0 }: Point,
  { days, series, amounts }: StackedBarsProps,
  format: AmountFormat,
): string {
  const [dayText, chosen] = [days[day], series[place]];
  if (dayText === undefined || chosen === undefined) return '';
  const amount = amounts.get(dayText)?.get(chosen.key) ?? '0';
  return `${formatDayShort(dayText)}, ${chosen.name}: ${format.write(amount)}`;
}

function moveBy(key: string, point: Point | undefined, dayCount: number, seriesCount: number): Point | undefined {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  };
  const step = steps[key];
  if (step === undefined || dayCount === 0 || seriesCount === 0) return undefined;
  if (point === undefined) return { day: dayCount - 1, series: 0 };
  return {
    day: Math.min(Math.max(point.day + step[0], 0), dayCount - 1),
    series: point.series === undefined ? 0 : Math.min(Math.max(point.series + step[1], 0), seriesCount - 1),
  };
}

function hasAmount(amounts: Amounts, day: string | undefined, series: Series | undefined): boolean {
  const amount = day === undefined || series === undefined ? undefined : amounts.get(day)?.get(series.key);
  return amount !== undefined && parseDecimal(amount) !== 0n;
}

/** The part of a bar that is at that height: the first one whose end is beyond it. */
function findSeries(tops: readonly number[], value: number, isThere: (place: number) => boolean): number | undefined {
  const found = tops.findIndex((top, place) => isThere(place) && (value >= 0 ? top >= value : top <= value));
  return found === -1 ? undefined : found;
}
