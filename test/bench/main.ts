import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isExact, readAccount } from './exactness.ts';
import { fillLedger } from './fill-ledger.ts';
import { measureFloor } from './floor.ts';
import { measureFreshness } from './freshness.ts';
import { type Figures, measureLoad, type Scenario } from './measure-load.ts';
import { measureNaive } from './naive/measure-naive.ts';
import { formatResults, type Results, readResults } from './results.ts';
import { measureSizes } from './sizes.ts';
import { type Stage, startStage } from './stage.ts';

/** What can be measured by itself, in the order in which it is. */
const PARTS = ['floor', 'load', 'half', 'freshness', 'sizes', 'naive', 'ledger'] as const;
type Part = (typeof PARTS)[number];

const HELP = `npm run bench -- [--only PART[,PART]] [--seconds N] [--ledger ROWS[,ROWS]] [--json FILE]
npm run bench -- --only re-rating | reads | page | soak   (each has a --help of its own)
npm run bench -- --only noisy-cluster
npm run bench -- --against REV   (another revision in turns with this one; has a --help of its own)

Measures the pipeline with every process on this machine, from HTTP to committed in usage_daily: batches of 1, 100 and
1,000 on 1, 8 and 32 connections; what bare Postgres takes for the same statement; what one job and one upsert per event
would do; answers at half load; how fresh totals are; a large ledger; bytes and memory. Afterwards nothing may be
missing or counted twice. Each figure is shown as a ratio to the committed test/bench/results.json.

  --only PARTS     some of ${PARTS.join(', ')}
  --seconds N      length of each measurement (default 60)
  --ledger ROWS    events to put into the ledger before measuring again, as steps (default 1000000,50000000; 0 for none)
  --json FILE      also write the figures as JSON; parts that the file already has and that are not measured stay`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    ledger: { type: 'string', default: '1000000,50000000' },
    json: { type: 'string' },
    only: { type: 'string', default: PARTS.join(',') },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seconds = Number(values.seconds);
const ledgerSteps = values.ledger
  .split(',')
  .map(Number)
  .filter((rows) => rows > 0);

const parts = new Set(values.only.split(',').map(partOf));

/** All on one ledger, which grows from one to the next: autovacuum visits what the ones before have written. */
const SCENARIOS: readonly Scenario[] = [1_000, 100, 1].flatMap((eventsPerBatch) =>
  [8, 1, 32].map((connections) => ({ eventsPerBatch, connections })),
);

/** Whose answers are looked at again at half of their load. */
const HALF_LOADS: readonly Scenario[] = [
  { eventsPerBatch: 100, connections: 16 },
  { eventsPerBatch: 1, connections: 32 },
];

/** This file runs from test/bench/dist/bench; the results are committed beside the source. */
const COMMITTED = join(dirname(fileURLToPath(import.meta.url)), '../../results.json');

const SHORT_SECONDS = Math.min(seconds, 20);

/** Seconds that a part takes beside its measurements: warm-up, draining, and filling a million rows. */
const BESIDE_SECONDS = 4;
const FILL_SECONDS_PER_MILLION = 8;
const SECONDS_OF: Readonly<Record<Part, number>> = {
  floor: 4 * SHORT_SECONDS,
  load: SCENARIOS.length * (seconds + BESIDE_SECONDS),
  half: HALF_LOADS.length * (seconds + Math.min(seconds, 10) + 2 * BESIDE_SECONDS),
  freshness: seconds + BESIDE_SECONDS,
  sizes: 2 * BESIDE_SECONDS,
  naive: 2 * SHORT_SECONDS + 2 * BESIDE_SECONDS,
  ledger:
    ledgerSteps.length * (seconds + BESIDE_SECONDS) + (Math.max(0, ...ledgerSteps) / 1e6) * FILL_SECONDS_PER_MILLION,
};

const begun = performance.now();
const left = new Set(PARTS.filter((part) => parts.has(part)));
const measured: Partial<Results>[] = [];
if ([...left].some((part) => part !== 'ledger')) measured.push(await onStage(measurePipeline));
if (left.has('ledger')) measured.push(await onStage(measureLedgers));
const earlier = values.json === undefined ? undefined : await readResults(values.json);
const results: Results = {
  ...earlier,
  ...Object.assign({}, ...measured),
  date: new Date().toISOString(),
  cores: cpus().length,
  secondsEach: seconds,
  isExact: measured.every((one) => one.isExact),
};
console.log(`\n${formatResults(results, await readResults(COMMITTED))}`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.isExact ? 0 : 1;

/** Measures on servers of their own, and checks afterwards that nothing was lost or counted twice there. */
async function onStage(measure: (stage: Stage) => Promise<Partial<Results>>): Promise<Partial<Results>> {
  const stage = await startStage();
  try {
    const figures = await measure(stage);
    return { ...figures, isExact: isExact(await readAccount(stage.pool), stage.expected(), stage.expectedDistinct()) };
  } finally {
    await stage.close();
  }
}

/** Measures the parts that were asked for, but for the large ledgers; a floor goes before and after the loads. */
async function measurePipeline(stage: Stage): Promise<Partial<Results>> {
  const { pool, cluster, pipeline } = stage;
  const run: { -readonly [name in keyof Results]?: Results[name] } = {};
  const floor: number[] = [];
  if (begin('floor')) floor.push(await measureFloorOnce());
  if (begin('load')) {
    const loads: Figures[] = [];
    for (const scenario of SCENARIOS) loads.push(await note(measureLoad(stage, scenario, seconds)));
    run.loads = loads;
  }
  if (begin('half')) {
    const halfLoads: Figures[] = [];
    for (const scenario of HALF_LOADS) {
      const { eventsPerSecond } = await measureLoad(stage, scenario, Math.min(seconds, 10));
      halfLoads.push(await note(measureLoad(stage, { ...scenario, pace: eventsPerSecond / 2 }, seconds)));
    }
    run.halfLoads = halfLoads;
  }
  if (begin('freshness')) run.freshness = await measureFreshness(stage, seconds);
  if (run.loads !== undefined) run.peakMemoryBytes = Object.fromEntries(stage.peakMemory());
  if (floor.length > 0) run.floor = [...floor, await measureFloorOnce()];
  if (begin('sizes')) run.sizes = await measureSizes(stage);
  if (begin('naive')) run.naive = await measureNaiveOnce();
  return run;

  async function measureFloorOnce(): Promise<number> {
    const { events, eventsPerSecond } = await measureFloor({
      databaseUrl: pipeline.postgres.url,
      clusterId: cluster.id,
      seconds: SHORT_SECONDS,
    });
    stage.expectMore(events);
    return eventsPerSecond;
  }

  function measureNaiveOnce(): Promise<number> {
    const [databaseUrl, redisUrl] = [pipeline.postgres.url, pipeline.redis.url];
    return measureNaive({ databaseUrl, redisUrl, pool, clusterId: cluster.id, seconds: SHORT_SECONDS });
  }
}

/** The same load on ledgers of some sizes, one after the other. */
async function measureLedgers(stage: Stage): Promise<Partial<Results>> {
  begin('ledger');
  const byLedgerRows: Record<string, number> = {};
  let filled = 0;
  for (const rows of ledgerSteps) {
    console.log(`filling the ledger up to ${rows.toLocaleString('en-US')} events`);
    await fillLedger(stage.pool, filled, rows);
    filled = rows;
    const figures = await note(measureLoad(stage, { eventsPerBatch: 1_000, connections: 8 }, seconds));
    byLedgerRows[rows] = figures.eventsPerSecond;
  }
  return { byLedgerRows };
}

/** Whether a part is to be measured; says so, and how long everything that is left takes. */
function begin(part: Part): boolean {
  if (!left.has(part)) return false;
  const secondsLeft = [...left].reduce((sum, name) => sum + SECONDS_OF[name], 0);
  left.delete(part);
  const minutes = (value: number): string => `${(value / 60).toFixed(1)} min`;
  console.log(`${minutes((performance.now() - begun) / 1_000)}: ${part}, about ${minutes(secondsLeft)} to go`);
  return true;
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new Error(`--only knows ${PARTS.join(', ')}, re-rating, reads and soak, not ${name}`);
  return part;
}

/** Shows a figure as soon as it is there: the whole run takes a while. */
async function note(measuring: Promise<Figures>): Promise<Figures> {
  const figures = await measuring;
  const { eventsPerBatch, connections, eventsPerSecond, p95Ms } = figures;
  console.log(
    `batches of ${eventsPerBatch} on ${connections} connections: ${Math.round(eventsPerSecond)} events/s, p95 ` +
      `${p95Ms.toFixed(1)} ms`,
  );
  return figures;
}
