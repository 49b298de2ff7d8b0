/** One line of a chart; a value is missing where it could not be read. */
export type Line = { readonly name: string; readonly color: string; readonly values: readonly number[] };

export type LineChart = {
  readonly title: string;
  readonly unit: string;
  /** Minutes of each value, the same for all lines. */
  readonly minutes: readonly number[];
  readonly lines: readonly Line[];
};

export const CHART_WIDTH = 1_120;
const HEIGHT = 218;
const LEFT = 74;
const RIGHT = 170;
const TOP = 40;
const BOTTOM = 30;
const INK = '#1f2933';
const PALE_INK = '#5c6b7a';
const GRID = '#e4e8ee';

type Point = readonly [x: number, y: number];

/** Labels of lines that end close to each other are moved apart by this. */
const LABEL_HEIGHT = 17;

/** Draws lines over minutes, from zero, each named at its end. @returns an SVG element. */
export function drawLineChart({ title, unit, minutes, lines }: LineChart): string {
  const [xEnd, yTicks] = [Math.max(...minutes, 0), ticksUpTo(Math.max(0, ...lines.flatMap(({ values }) => values)))];
  const yEnd = yTicks.at(-1) ?? 1;
  const x = (minute: number): number => LEFT + (minute / (xEnd || 1)) * (CHART_WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / yEnd) * (HEIGHT - TOP - BOTTOM);
  const xTicks = ticksUpTo(xEnd, 8).filter((minute) => minute <= xEnd);
  const unitText = `<tspan fill="${PALE_INK}" font-weight="400">, ${unit}</tspan>`;
  const rows = yTicks.map((tick) => {
    const label = text(LEFT - 10, y(tick) + 4, format(tick), { anchor: 'end', color: PALE_INK });
    return rule([LEFT, y(tick)], [CHART_WIDTH - RIGHT, y(tick)], tick === 0 ? PALE_INK : GRID) + label;
  });
  const minuteMarks = xTicks.map((tick) => {
    const label = text(x(tick), HEIGHT - 8, `${format(tick)} min`, { anchor: 'middle', color: PALE_INK });
    return rule([x(tick), y(0)], [x(tick), y(0) + 5], PALE_INK) + label;
  });
  const polylines = lines.map(({ color, values }) => {
    const points = values.map((value, place) => `${x(minutes[place] ?? 0).toFixed(1)},${y(value).toFixed(1)}`);
    const stroke = `stroke="${color}" stroke-width="1.8" stroke-linejoin="round"`;
    return `<polyline fill="none" ${stroke} points="${points.join(' ')}"/>`;
  });
  return `<svg width="${CHART_WIDTH}" height="${HEIGHT}" viewBox="0 0 ${CHART_WIDTH} ${HEIGHT}">
<text y="18" fill="${INK}" font-size="15" font-weight="600">${title}${unitText}</text>
${rows.join('')}
${minuteMarks.join('')}
${polylines.join('')}
${placeLabels(lines, y)
  .map(({ name, color, at }) => text(CHART_WIDTH - RIGHT + 12, at + 4, name, { color, weight: 600 }))
  .join('')}
</svg>`;
}

type Label = { readonly name: string; readonly color: string; readonly at: number };

function placeLabels(lines: readonly Line[], y: (value: number) => number): readonly Label[] {
  const labels = lines
    .map(({ name, color, values }) => ({ name, color, at: y(endOf(values)) }))
    .sort((a, b) => b.at - a.at);
  let ceiling = HEIGHT;
  return labels.map((label) => {
    const at = Math.min(label.at, ceiling - LABEL_HEIGHT);
    ceiling = at;
    return { ...label, at };
  });
}

/** The last values' mean: the very last may be a spike that the label would follow. */
function endOf(values: readonly number[]): number {
  const last = values.slice(-5);
  return last.reduce((sum, value) => sum + value, 0) / (last.length || 1);
}

type TextStyle = {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly weight?: number;
};

function rule([x1, y1]: Point, [x2, y2]: Point, color: string): string {
  return `<line x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}" stroke="${color}"/>`;
}

function text(x: number, y: number, content: string, style: TextStyle): string {
  const { anchor = 'start', color = INK, weight = 400 } = style;
  const font = `font-size="12" font-weight="${weight}"`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${color}" ${font}>${content}</text>`;
}

/** Round numbers from zero to at least `end`, about as many as asked for. */
function ticksUpTo(end: number, about = 4): readonly number[] {
  const rough = (end || 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil((end || 1) / step) + 1 }, (_, place) => place * step);
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
