/** Figures of one run. */
export type RunFigures = {
  readonly eventsPerSecond: number;
  /** CPU of an event in microseconds by process, without the load's own. */
  readonly cpuMicroseconds: Readonly<Record<string, number>>;
  readonly ledgerBytes: number;
  /** Resident, of the largest process, in bytes. */
  readonly peakMemoryBytes: Readonly<Record<string, number>>;
  /** Whether everything that was sent is recorded and counted once. */
  readonly isExact: boolean;
};

/** What both revisions did one after the other. */
export type Round = { readonly other: RunFigures; readonly ours: RunFigures };

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** One figure of both revisions over all rounds. */
export type Comparison = {
  readonly name: string;
  readonly other: Spread;
  readonly ours: Spread;
  /** Ours by the other's, within each round: what the machine did meanwhile is in both. */
  readonly ratio: Spread;
};

/** Compares figure by figure; at least one round. */
export function compareRounds(rounds: readonly Round[]): readonly Comparison[] {
  const [first] = rounds;
  if (first === undefined) throw new RangeError('nothing was measured');
  const figures: readonly (readonly [string, (run: RunFigures) => number])[] = [
    ['events/s', (run) => run.eventsPerSecond],
    ['CPU µs per event', sumOfCpu],
    ...Object.keys(first.ours.cpuMicroseconds).map(
      (process) => [`  ${process}`, (run: RunFigures) => run.cpuMicroseconds[process] ?? Number.NaN] as const,
    ),
    ['ledger bytes per event', (run) => run.ledgerBytes],
    ...Object.keys(first.ours.peakMemoryBytes).map(
      (process) =>
        [
          `peak memory of ${process}, MB`,
          (run: RunFigures) => (run.peakMemoryBytes[process] ?? Number.NaN) / 2 ** 20,
        ] as const,
    ),
  ];
  return figures.map(([name, figureOf]) => ({
    name,
    other: spreadOf(rounds.map(({ other }) => figureOf(other))),
    ours: spreadOf(rounds.map(({ ours }) => figureOf(ours))),
    ratio: spreadOf(rounds.map(({ ours, other }) => figureOf(ours) / figureOf(other))),
  }));
}

function sumOfCpu({ cpuMicroseconds }: RunFigures): number {
  return Object.values(cpuMicroseconds).reduce((sum, value) => sum + value, 0);
}

/** Median, least and most. The median of an even number of values is the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/** A table of the comparisons, each cell a median and in brackets the least and the most. */
export function formatComparisons(comparisons: readonly Comparison[], otherName: string): string {
  const rows = comparisons.map(({ name, other, ours, ratio }) => [
    name,
    cellOf(other, short),
    cellOf(ours, short),
    cellOf(ratio, (value) => value.toFixed(2)),
  ]);
  const table = [['', otherName, 'this', 'ratio'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellOf({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)} to ${format(max)})`;
}

function short(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
