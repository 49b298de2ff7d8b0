/** A column: its heading, and where numbers go. */
export type Column = { readonly heading: string; readonly align?: 'left' | 'right' };

/** Two spaces tell columns apart even where a right-aligned one follows a left-aligned one. */
const GAP = '  ';

export type TableOptions = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** A last row below a rule. */
  readonly total?: readonly string[];
};

/**
 * Lays out a table as lines without trailing spaces: headings, a rule, the rows, and below another rule the total. A
 * table in which no column has a heading has neither headings nor the first rule.
 */
export function formatTable({ columns, rows, total }: TableOptions): string[] {
  const headings = columns.map(({ heading }) => heading);
  const all = [headings, ...rows, ...(total === undefined ? [] : [total])];
  const widths = columns.map((_, index) => Math.max(...all.map((cells) => widthOf(cells[index] ?? ''))));
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [
    ...(headings.every((heading) => heading === '') ? [] : [line(headings), rule]),
    ...rows.map(line),
    ...(total === undefined ? [] : [rule, line(total)]),
  ];
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(width - widthOf(text));
  return align === 'left' ? text + space : space + text;
}

/** Characters a person counts, not UTF-16 units: a name may hold a letter with an accent of its own. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of graphemes.segment(text)) width++;
  return width;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
