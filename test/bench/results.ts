import { readFile } from 'node:fs/promises';
import type { Freshness } from './freshness.ts';
import type { Figures } from './measure-load.ts';
import type { Sizes } from './sizes.ts';

/** Everything that a run measured: a part is missing where it was not asked for. */
export type Results = {
  readonly date: string;
  readonly cores: number;
  readonly secondsEach: number;
  /** Events per second of bare Postgres, before and after the loads. */
  readonly floor?: readonly number[];
  /** Events per second of one job and one upsert per event. */
  readonly naive?: number;
  readonly loads?: readonly Figures[];
  /** At half of the load that the same connections managed before. */
  readonly halfLoads?: readonly Figures[];
  readonly freshness?: Freshness;
  /** Batches of 1,000 by the ledger's rows before them. */
  readonly byLedgerRows?: Readonly<Record<string, number>>;
  readonly sizes?: Sizes;
  readonly peakMemoryBytes?: Readonly<Record<string, number>>;
  /** Answers of the api over a full rollup. */
  readonly reads?: Reads;
  /** Price changes of a month. */
  readonly reRating?: ReRating;
  readonly isExact: boolean;
};

export type Reads = {
  readonly date: string;
  readonly rows: number;
  readonly answers: readonly ReadFigures[];
  readonly isExact: boolean;
};

export type ReadFigures = { readonly name: string; readonly p50Ms: number; readonly p95Ms: number };

export type ReRating = {
  readonly date: string;
  /** The same month, open for all accounts and closed for some. */
  readonly months: readonly ReRatedMonth[];
  readonly isExact: boolean;
};

export type ReRatedMonth = {
  readonly closedAccounts: number;
  readonly accounts: number;
  readonly rows: number;
  readonly dryRunsSeconds: number;
  readonly seconds: number;
  /** Of the transactions. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const fixed = (value: number): string => value.toFixed(1);

/** The results as text, each beside the same figure of an earlier run where there is one. */
export function formatResults(results: Results, earlier?: Results): string {
  const { loads = [], halfLoads = [], freshness, byLedgerRows = {}, sizes, peakMemoryBytes = {} } = results;
  const floor = results.floor && mean(results.floor);
  const floorBefore = earlier?.floor && mean(earlier.floor);
  const lines = [`${results.cores} cores, ${results.secondsEach} s each`];
  if (floor !== undefined)
    lines.push(`bare Postgres, same statement, two connections: ${whole(floor)} events/s${ratio(floor, floorBefore)}`);
  if (results.naive !== undefined)
    lines.push(
      `one job and one upsert per event: ${whole(results.naive)} events/s${ratio(results.naive, earlier?.naive)}`,
    );
  for (const load of loads)
    lines.push(
      `batches of ${whole(load.eventsPerBatch)} on ${load.connections}: ${whole(load.eventsPerSecond)} ` +
        `events/s${share(load, floor, results.naive)}` +
        ratio(load.eventsPerSecond, sameLoad(load, earlier)?.eventsPerSecond),
      `  ${describeLatency(load)}`,
      `  CPU seconds per million events: ${describeCpu(load)}`,
    );
  for (const load of halfLoads)
    lines.push(
      `half load, batches of ${whole(load.eventsPerBatch)} on ${load.connections}, ${whole(load.eventsPerSecond)} ` +
        `events/s: ${describeLatency(load)}`,
    );
  if (freshness !== undefined)
    lines.push(
      `from the answer to the total, at 5,000 events/s: p50 ${fixed(freshness.p50Ms)}, p95 ` +
        `${fixed(freshness.p95Ms)}, p99 ${fixed(freshness.p99Ms)}, max ${fixed(freshness.maxMs)} ms`,
    );
  for (const [rows, rate] of Object.entries(byLedgerRows))
    lines.push(
      `batches of 1,000 with ${whole(Number(rows))} events in the ledger: ${whole(rate)} ` +
        `events/s${ratio(rate, earlier?.byLedgerRows?.[rows])}`,
    );
  if (sizes !== undefined)
    lines.push(
      `bytes of an event: ${fixed(sizes.redisWaiting)} waiting in Redis, ${fixed(sizes.ledger)} in the ledger ` +
        'with its index',
    );
  const peaks = Object.entries(peakMemoryBytes).map(([name, bytes]) => `${name} ${whole(bytes / 2 ** 20)}`);
  if (peaks.length > 0) lines.push(`peak memory in MB: ${peaks.join(', ')}`);
  lines.push(`sent = recorded = ledger = rollup: ${results.isExact ? 'exact' : 'NOT EXACT'}`);
  return lines.join('\n');
}

function share({ eventsPerSecond }: Figures, floor: number | undefined, naive: number | undefined): string {
  const ofFloor = floor === undefined ? '' : `, ${(eventsPerSecond / floor).toFixed(2)} of the floor`;
  return naive === undefined ? ofFloor : `${ofFloor}, ${fixed(eventsPerSecond / naive)} × naive`;
}

function sameLoad({ eventsPerBatch, connections }: Figures, earlier: Results | undefined): Figures | undefined {
  return earlier?.loads?.find((load) => load.eventsPerBatch === eventsPerBatch && load.connections === connections);
}

function ratio(now: number, then: number | undefined): string {
  return then === undefined ? '' : ` (${(now / then).toFixed(2)} of the last result)`;
}

function describeLatency({ p50Ms, p95Ms, p99Ms, maxMs, refusals }: Figures): string {
  return (
    `answer in ms: p50 ${fixed(p50Ms)}, p95 ${fixed(p95Ms)}, p99 ${fixed(p99Ms)}, max ${whole(maxMs)}; refused and ` +
    `sent again: ${refusals}`
  );
}

function describeCpu({ cpuSecondsPerMillion }: Figures): string {
  return Object.entries(cpuSecondsPerMillion)
    .map(([name, value]) => `${name} ${fixed(value)}`)
    .join(', ');
}

/** The results of an earlier run, if the file is there. */
export async function readResults(file: string): Promise<Results | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
