import { expect, test } from 'vitest';
import { compareRounds, formatComparisons, type RunFigures, spreadOf } from './summary.ts';

const MIB = 2 ** 20;

function run(eventsPerSecond: number, postgres: number, ingest = 10): RunFigures {
  return {
    eventsPerSecond,
    cpuMicroseconds: { ingest, postgres },
    ledgerBytes: 400,
    peakMemoryBytes: { worker: 250 * MIB },
    isExact: true,
  };
}

test('takes the value in the middle, or the mean of the two, whatever their order', () => {
  expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
  expect(spreadOf([100, 9, 20, 30])).toEqual({ median: 25, min: 9, max: 100 });
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
});

test('compares within each round, so that a slow minute of the machine is in both', () => {
  const rounds = [
    { other: run(50_000, 40), ours: run(100_000, 15) },
    { other: run(10_000, 70), ours: run(20_000, 30) },
    { other: run(40_000, 50), ours: run(60_000, 20) },
  ];
  const byName = new Map(compareRounds(rounds).map((comparison) => [comparison.name.trim(), comparison]));
  expect(byName.get('events/s')).toMatchObject({
    other: { median: 40_000, min: 10_000, max: 50_000 },
    ours: { median: 60_000, min: 20_000, max: 100_000 },
    ratio: { median: 2, min: 1.5, max: 2 },
  });
  expect(byName.get('CPU µs per event')).toMatchObject({
    other: { median: 60, min: 50, max: 80 },
    ours: { median: 30, min: 25, max: 40 },
    ratio: { median: 0.5, min: 0.5, max: 0.5 },
  });
  expect(byName.get('postgres')?.ratio).toEqual({ median: 0.4, min: 0.375, max: 30 / 70 });
  expect(byName.get('ingest')?.ratio.median).toBe(1);
  expect(byName.get('ledger bytes per event')?.ours.median).toBe(400);
  expect(byName.get('peak memory of worker, MB')?.ours.median).toBe(250);
});

test('shows both revisions and the ratio in columns', () => {
  const comparisons = compareRounds([{ other: run(46_470.4, 30), ours: run(92_940.8, 12) }]);
  expect(formatComparisons(comparisons, 'v1').split('\n').slice(0, 3)).toEqual([
    '                           v1                         this                       ratio',
    'events/s                   46,470 (46,470 to 46,470)  92,941 (92,941 to 92,941)  2.00 (2.00 to 2.00)',
    'CPU µs per event           40.0 (40.0 to 40.0)        22.0 (22.0 to 22.0)        0.55 (0.55 to 0.55)',
  ]);
});
