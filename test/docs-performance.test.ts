import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Figures } from './bench/measure-load.ts';
import { readResults } from './bench/results.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const text = await readFile(pathOf('../docs/performance.md'), 'utf8');
const results = await readResults(pathOf('bench/results.json'));

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const short = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value));
const latenciesOf = ({ p50Ms, p95Ms, p99Ms, maxMs }: Pick<Figures, 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs'>): string =>
  [p50Ms, p95Ms, p99Ms, maxMs].map(short).join(' / ');

/** Rows of tables, made of the committed results. */
function rowsOf(): string[] {
  if (results === undefined) throw new Error('test/bench/results.json is missing');
  const { floor = [], naive = 0, loads = [], halfLoads = [], freshness, byLedgerRows = {}, sizes } = results;
  const floorMean = floor.reduce((sum, value) => sum + value, 0) / floor.length;
  const peaks = results.peakMemoryBytes ?? {};
  const mb = (name: string): string => whole((peaks[name] ?? 0) / 2 ** 20);
  return [
    `| bare Postgres, the worker's own statement on two connections | ${floor.map(whole).join(' before, ')} after |`,
    `| one job and one upsert per event | ${whole(naive)} |`,
    ...loads.map(
      (load) =>
        `| ${whole(load.eventsPerBatch)} | ${load.connections} | ${whole(load.eventsPerSecond)} | ` +
        `${(load.eventsPerSecond / floorMean).toFixed(2)} | ${(load.eventsPerSecond / naive).toFixed(1)} | ` +
        `${latenciesOf(load)} |`,
    ),
    ...loads
      .filter(({ connections, eventsPerBatch }) => connections === (eventsPerBatch === 1 ? 32 : 8))
      .map(({ eventsPerBatch, cpuSecondsPerMillion }) => {
        const seconds = ['ingest', 'worker', 'redis', 'postgres', 'load'].map(
          (name) => cpuSecondsPerMillion[name] ?? 0,
        );
        return `| ${whole(eventsPerBatch)} | ${seconds.map(short).join(' | ')} |`;
      }),
    ...halfLoads.map(
      (load) =>
        `| ${whole(load.eventsPerBatch)} | ${load.connections} | ${whole(load.eventsPerSecond)} | ` +
        `${latenciesOf(load)} |`,
    ),
    ...(freshness === undefined
      ? []
      : [`| from the answer to the total, at 5,000 events/s | ${latenciesOf(freshness)} |`]),
    ...Object.entries(byLedgerRows).map(([rows, rate]) => `| ${whole(Number(rows))} | ${whole(rate)} |`),
    ...(sizes === undefined
      ? []
      : [`| ${whole(sizes.redisWaiting)} bytes waiting in Redis | ${whole(sizes.ledger)} bytes in the ledger |`]),
    ...(results.reads?.answers ?? []).map(
      ({ name, p50Ms, p95Ms }) => `| ${name} | ${short(p50Ms)} / ${short(p95Ms)} |`,
    ),
    ...(results.reRating?.months ?? []).map(
      ({ closedAccounts, rows, dryRunsSeconds, seconds, p50Ms, p95Ms, maxMs }) =>
        `| ${closedAccounts} | ${whole(rows)} | ${short(dryRunsSeconds)} s | ${seconds.toFixed(1)} s | ` +
        `${[p50Ms, p95Ms, maxMs].map(short).join(' / ')} |`,
    ),
    `| ingest ${mb('ingest')} MB | worker ${mb('worker')} MB | Redis ${mb('redis')} MB |`,
  ];
}

it('tells what the committed run measured', () => {
  expect([results?.isExact, results?.reads?.isExact ?? true, results?.reRating?.isExact ?? true]).toEqual([
    true,
    true,
    true,
  ]);
  const rows = rowsOf();
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !text.includes(row))).toEqual([]);
});
