import { expect, test } from 'vitest';
import type { Sample } from './soak-sample.ts';
import { judge } from './soak-verdict.ts';

const MIB = 2 ** 20;
const PACE = 10_000;

const STEADY: Sample = {
  at: 0,
  acknowledgedPerSecond: PACE,
  recordedPerSecond: PACE,
  p50Ms: 5,
  p99Ms: 60,
  waitingEvents: 1_000,
  waitingJobs: 10,
  memory: { ingest: 150 * MIB, worker: 250 * MIB, redis: 20 * MIB, load: 100 * MIB },
  heap: {},
  rollupBytes: 4_000_000,
  rollupIndexBytes: 1_000_000,
  rollupRows: 100,
  rollupDeadRows: 500,
  ledgerBytes: 0,
  ledgerIndexBytes: 0,
};

/** A run of forty samples, which differ from the steady one by what `grow` makes of the share that has passed. */
function brokenBy(grow: (share: number) => Partial<Sample>): readonly string[] {
  const samples = Array.from({ length: 40 }, (_, place) => ({ ...STEADY, ...grow(place / 39) }));
  return judge(samples, PACE).flatMap(({ name, isKept }) => (isKept ? [] : [name]));
}

test('passes a run that stays as it was', () => {
  expect(brokenBy(() => ({}))).toEqual([]);
});

test.each<[string, (share: number) => Partial<Sample>]>([
  ['memory of worker', (share) => ({ memory: { ...STEADY.memory, worker: (250 + 100 * share) * MIB } })],
  ['memory of redis', (share) => ({ memory: { ...STEADY.memory, redis: (20 + 60 * share) * MIB } })],
  ['p99 of an answer', (share) => ({ p99Ms: 60 + 50 * share })],
  ['usage_daily per row', (share) => ({ rollupBytes: 4_000_000 * (1 + 3 * share) })],
  ['waiting events', (share) => ({ waitingEvents: 1_000 + 40_000 * share })],
])('fails a run whose %s grows all the time', (name, grow) => {
  expect(brokenBy(grow)).toEqual([name]);
});

test('forgives a single spike', () => {
  expect(brokenBy((share) => (share === 1 ? { p99Ms: 900, waitingEvents: 90_000 } : {}))).toEqual([]);
});

test('fails a run that is too short to be judged', () => {
  expect(judge([STEADY], PACE).every(({ isKept }) => !isKept)).toBe(true);
});
