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
import { startStage } from './stage.ts';

const HELP = `npm run bench -- [--seconds N] [--ledger ROWS[,ROWS]] [--json FILE]
npm run bench -- --only re-rating | reads

Measures the pipeline with every process on this machine, from HTTP to committed in usage_daily: batches of 1, 100 and 1,000
on 1, 8 and 32 connections; what bare Postgres takes for the same statement; what one job and one upsert per event would do;
answers at half load; how fresh totals are; a large ledger; bytes and memory. Afterwards nothing may be missing or counted
twice. Each figure is shown as a ratio to the committed test/bench/results.json.

  --seconds N      length of each measurement (default 60)
  --ledger ROWS    events to put into the ledger before measuring again, as steps (default 1000000,50000000; 0 for none)
  --json FILE      also write the figures as JSON`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    ledger: { type: 'string', default: '1000000,50000000' },
    json: { type: 'string' },
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

const SCENARIOS: readonly Scenario[] = [1_000, 100, 1].flatMap((eventsPerBatch) =>
  [1, 8, 32].map((connections) => ({ eventsPerBatch, connections })),
);

/** Whose answers are looked at again at half of their load. */
const HALF_LOADS: readonly Scenario[] = [
  { eventsPerBatch: 100, connections: 16 },
  { eventsPerBatch: 1, connections: 32 },
];

/** This file runs from test/bench/dist/bench; the results are committed beside the source. */
const COMMITTED = join(dirname(fileURLToPath(import.meta.url)), '../../results.json');

const stage = await startStage();
try {
  const results = await measureAll();
  console.log(`\n${formatResults(results, await readResults(COMMITTED))}`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  process.exitCode = results.isExact ? 0 : 1;
} finally {
  await stage.close();
}

async function measureAll(): Promise<Results> {
  const { pool, cluster, pipeline } = stage;
  const floor = [await floorOf()];
  const loads: Figures[] = [];
  for (const scenario of SCENARIOS) loads.push(await note(measureLoad(stage, scenario, seconds)));
  const halfLoads: Figures[] = [];
  for (const scenario of HALF_LOADS) {
    const { eventsPerSecond } = await measureLoad(stage, scenario, Math.min(seconds, 10));
    halfLoads.push(await note(measureLoad(stage, { ...scenario, pace: eventsPerSecond / 2 }, seconds)));
  }
  const freshness = await measureFreshness(stage, seconds);
  const peakMemoryBytes = Object.fromEntries(stage.peakMemory());
  floor.push(await floorOf());
  const sizes = await measureSizes(stage);
  const naive = await measureNaive({
    databaseUrl: pipeline.postgres.url,
    redisUrl: pipeline.redis.url,
    pool,
    clusterId: cluster.id,
    seconds: Math.min(seconds, 20),
  });
  const byLedgerRows: Record<string, number> = {};
  let filled = 0;
  for (const rows of ledgerSteps) {
    console.log(`filling the ledger up to ${rows} events`);
    await fillLedger(pool, rows - filled);
    filled = rows;
    byLedgerRows[rows] = (
      await note(measureLoad(stage, { eventsPerBatch: 1_000, connections: 8 }, seconds))
    ).eventsPerSecond;
  }
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    secondsEach: seconds,
    floor,
    naive,
    loads,
    halfLoads,
    freshness,
    byLedgerRows,
    sizes,
    peakMemoryBytes,
    isExact: isExact(await readAccount(pool), stage.expected()),
  };

  async function floorOf(): Promise<number> {
    const { events, eventsPerSecond } = await measureFloor({
      databaseUrl: pipeline.postgres.url,
      clusterId: cluster.id,
      seconds: Math.min(seconds, 20),
    });
    stage.expectMore(events);
    return eventsPerSecond;
  }
}

/** Shows a figure as soon as it is there: the whole run takes a while. */
async function note(measuring: Promise<Figures>): Promise<Figures> {
  const figures = await measuring;
  const { eventsPerBatch, connections, eventsPerSecond, p95Ms } = figures;
  console.log(
    `batches of ${eventsPerBatch} on ${connections} connections: ${Math.round(eventsPerSecond)} events/s, p95 ${p95Ms.toFixed(1)} ms`,
  );
  return figures;
}
