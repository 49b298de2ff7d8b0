import { formatDecimal, parseDecimal, toGeometry } from '../format/decimal.ts';

export type Series = {
  readonly key: string;
  readonly name: string;
  /** The place of its colour, from 0. */
  readonly colour: number;
};

/** Amounts of days, by series: decimal text. What is not there is nothing. */
export type Amounts = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Where bars end, on the scale of the chart: `tops[series][day]`. */
export type Stack = {
  readonly tops: readonly (readonly number[])[];
  /** What the bars of each day add up to, exactly. */
  readonly totals: readonly string[];
};

/** Stacks the amounts of each day: what is positive upwards from zero, what is negative (adjustments) downwards. */
export function stackUp(days: readonly string[], series: readonly Series[], amounts: Amounts): Stack {
  const up = days.map(() => 0n);
  const down = days.map(() => 0n);
  const tops = series.map(({ key }) =>
    days.map((day, place) => {
      const amount = parseDecimal(amounts.get(day)?.get(key) ?? '0');
      const side = amount < 0n ? down : up;
      side[place] = (side[place] ?? 0n) + amount;
      return toGeometry(formatDecimal(side[place]));
    }),
  );
  return { tops, totals: days.map((_, place) => formatDecimal((up[place] ?? 0n) + (down[place] ?? 0n))) };
}

/** The amounts of answers that are grouped by day and one more thing. */
export function amountsOf<Group>(
  groups: readonly Group[],
  read: (group: Group) => {
    readonly day: string | undefined;
    readonly series: string | undefined;
    readonly amount: string;
  },
): Amounts {
  const amounts = new Map<string, Map<string, string>>();
  for (const group of groups) {
    const { day, series, amount } = read(group);
    if (day === undefined || series === undefined) continue;
    const ofDay = amounts.get(day) ?? new Map<string, string>();
    amounts.set(day, ofDay);
    const before = ofDay.get(series);
    ofDay.set(series, before === undefined ? amount : formatDecimal(parseDecimal(before) + parseDecimal(amount)));
  }
  return amounts;
}
