import uPlot from 'uplot';
import { formatDayShort } from '../format/date.ts';
import type { AmountFormat } from './amount-format.ts';
import type { Colours } from './colours.ts';
import type { Series, Stack } from './stack.ts';

export type BarsOptions = {
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly stack: Stack;
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  readonly format: AmountFormat;
  /** Told which day the pointer is at; undefined when it left. */
  readonly onPoint: (place: number | undefined) => void;
  /** Told where somebody clicked: the day, and how high on the scale. */
  readonly onClick: (place: number, value: number) => void;
};

/** A label of an axis is about this wide. */
const LABEL_WIDTH_PX = 64;

/**
 * Draws stacked bars. uPlot draws each series from zero, so the tallest of a stack is drawn first and the others over
 * it.
 */
export function drawBars(element: HTMLElement, options: BarsOptions): uPlot {
  const { days, series, stack, colours, width, height, format, onPoint, onClick } = options;
  const bars = uPlot.paths.bars?.({ size: [0.76, 64], align: 0 });
  const order = stack.tops.map((_, place) => place).reverse();
  const axis = { stroke: colours.text, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  const chart = new uPlot(
    {
      width,
      height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { show: false },
      },
      scales: {
        x: { time: false, range: () => [-0.6, Math.max(days.length - 0.4, 0.6)] },
        y: { range: (_, low, high) => [Math.min(0, low * 1.05), Math.max(high * 1.08, 0.01)] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          grid: { show: false },
          splits: () => ticksOf(days.length, width),
          values: (_, splits) => splits.map((place) => formatDayShort(days[place] ?? '')),
        },
        {
          ...axis,
          size: 60,
          grid: { stroke: colours.line, width: 1 },
          values: (_, splits) => splits.map((value) => format.writeShort(String(value))),
        },
      ],
      series: [
        {},
        ...order.map((place) => {
          const colour = colours.series[series[place]?.colour ?? -1] ?? colours.text;
          return { fill: colour, stroke: colour, width: 0, points: { show: false }, ...(bars && { paths: bars }) };
        }),
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    },
    [days.map((_, place) => place), ...order.map((place) => [...(stack.tops[place] ?? [])])],
    element,
  );
  chart.over.addEventListener('click', () => {
    const { idx, top = -1 } = chart.cursor;
    if (typeof idx === 'number' && top >= 0) onClick(idx, chart.posToVal(top, 'y'));
  });
  return chart;
}

/** The days that are named on the axis: as many as have room, evenly. */
function ticksOf(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / LABEL_WIDTH_PX))));
  return Array.from({ length: Math.ceil(count / step) }, (_, place) => place * step);
}
