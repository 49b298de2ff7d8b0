import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createCluster, type TestCluster } from '../harness/world.ts';
import { readAccount, readRecorded } from './exactness.ts';
import { measureFloor } from './floor.ts';
import { LOAD_NAMESPACES, type LoadResult, runLoad } from './load.ts';
import { readUsage } from './process-usage.ts';
import { percentile } from './statistics.ts';

const HELP = `npm run bench -- [--seconds N] [--json FILE]

Measures events per second from HTTP to committed in usage_daily, with every process on this machine, and what bare
Postgres takes for the same statement in the same run. Afterwards nothing may be missing or counted twice.

  --seconds N   length of each measurement (default 20)
  --json FILE   also write the figures as JSON`;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seconds = Number(values.seconds);

type Scenario = { readonly name: string; readonly eventsPerBatch: number; readonly connections: number };

const SCENARIOS: readonly Scenario[] = [
  { name: 'batches of 1,000 on 8 connections', eventsPerBatch: 1_000, connections: 8 },
  { name: 'batches of 100 on 16 connections', eventsPerBatch: 100, connections: 16 },
  { name: 'single events on 32 connections', eventsPerBatch: 1, connections: 32 },
];

/** Events of one statement of the floor: what group commit puts into a batch at full load. */
const FLOOR_EVENTS = 5_000;

/** Each process is warm and the first rollup rows exist after this time. */
const WARM_UP_SECONDS = 3;

type Figures = Scenario & {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly refusals: number;
  readonly cpuSecondsPerMillion: Readonly<Record<string, number>>;
};

const pipeline = await startPipeline();
try {
  const cluster = await fillDirectory(pipeline);
  const floorBefore = await measureFloor(pipeline.postgres.url, cluster.id, FLOOR_EVENTS, seconds / 2);
  const figures: Figures[] = [];
  const counted = (await readAccount(pipeline.pool)).counted;
  let accepted = 0;
  for (const scenario of SCENARIOS) {
    accepted += (await load(scenario, WARM_UP_SECONDS, 'warm')).accepted;
    await drained(counted + accepted);
    const measured = await measure(scenario, counted + accepted);
    accepted += measured.accepted;
    figures.push(measured.figures);
  }
  const accountOfLoad = await readAccount(pipeline.pool);
  const floorAfter = await measureFloor(pipeline.postgres.url, cluster.id, FLOOR_EVENTS, seconds / 2);
  const floor = (floorBefore + floorAfter) / 2;
  const memory = Object.fromEntries(processes().map(([name, pid]) => [name, readUsage(pid).peakMemoryBytes]));
  const isExact = print(figures, floor, accountOfLoad, counted + accepted, memory);
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ seconds, floor, figures, memory, isExact }, null, 2)}\n`);
  process.exitCode = isExact ? 0 : 1;

  async function load(scenario: Scenario, forSeconds: number, kind: string): Promise<LoadResult> {
    const url = pipeline.ingests[0]?.url ?? '';
    const round = `${kind}-${scenario.eventsPerBatch}`;
    return runLoad({ ...scenario, url, clusterId: cluster.id, key: cluster.key, seconds: forSeconds, round });
  }

  async function measure(scenario: Scenario, recordedBefore: number): Promise<{ figures: Figures; accepted: number }> {
    const before = processes().map(([name, pid]) => [name, readUsage(pid).cpuSeconds] as const);
    const startedAt = performance.now();
    const { accepted, latenciesMs, refusals } = await load(scenario, seconds, 'run');
    await drained(recordedBefore + accepted);
    const elapsed = (performance.now() - startedAt) / 1_000;
    const after = new Map(processes().map(([name, pid]) => [name, readUsage(pid).cpuSeconds]));
    const cpu = before.map(([name, used]) => [name, (((after.get(name) ?? 0) - used) * 1e6) / accepted] as const);
    return {
      accepted,
      figures: {
        ...scenario,
        eventsPerSecond: accepted / elapsed,
        p50Ms: percentile(latenciesMs, 0.5),
        p95Ms: percentile(latenciesMs, 0.95),
        p99Ms: percentile(latenciesMs, 0.99),
        maxMs: percentile(latenciesMs, 1),
        refusals,
        cpuSecondsPerMillion: Object.fromEntries(cpu),
      },
    };
  }
} finally {
  await pipeline.close();
}

function processes(): [string, number][] {
  return [
    ['ingest', pipeline.ingests[0]?.pid ?? 0],
    ['worker', pipeline.workers[0]?.pid ?? 0],
    ['redis', pipeline.redis.pid],
    ['postgres', pipeline.postgres.pid],
    ['load', process.pid],
  ];
}

async function drained(events: number): Promise<void> {
  while ((await readRecorded(pipeline.pool)) < events) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function fillDirectory({ pool }: Pipeline): Promise<TestCluster> {
  const cluster = await createCluster(pool, 'bench');
  await pool.query(
    `insert into users (id, account_owner_id)
     select 'auth0|' || n, case when n % 10 > 0 then 'auth0|' || (n - n % 10) end
     from generate_series(0, $1 - 1) as n order by n % 10 > 0, n`,
    [LOAD_NAMESPACES],
  );
  await pool.query(
    `insert into user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
     select id, $1, '-infinity' from users`,
    [cluster.id],
  );
  await pool.query(
    `insert into projects (hopsworks_cluster_id, namespace, user_id, started_at)
     select $1, 'ns-' || n, 'auth0|' || n, '-infinity' from generate_series(0, $2 - 1) as n`,
    [cluster.id, LOAD_NAMESPACES],
  );
  return cluster;
}

/** Prints the table; says whether everything is accounted for. */
function print(
  figures: readonly Figures[],
  floor: number,
  account: Awaited<ReturnType<typeof readAccount>>,
  sent: number,
  memory: Readonly<Record<string, number>>,
): boolean {
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  console.log(
    `\n${cpus().length} cores, ${seconds} s each; bare Postgres, same statement, ${whole(FLOOR_EVENTS)} events each: ${whole(floor)} events/s\n`,
  );
  for (const f of figures) {
    const cpu = Object.entries(f.cpuSecondsPerMillion).map(([name, value]) => `${name} ${value.toFixed(1)}`);
    console.log(
      `${f.name}: ${whole(f.eventsPerSecond)} events/s, ${(f.eventsPerSecond / floor).toFixed(2)} of the floor`,
    );
    console.log(
      `  answer in ms: p50 ${f.p50Ms.toFixed(1)}, p95 ${f.p95Ms.toFixed(1)}, p99 ${f.p99Ms.toFixed(1)}, max ${f.maxMs.toFixed(0)}; refused and sent again: ${f.refusals}`,
    );
    console.log(`  CPU seconds per million events: ${cpu.join(', ')}`);
  }
  const megabytes = Object.entries(memory).map(([name, bytes]) => `${name} ${whole(bytes / 2 ** 20)}`);
  console.log(`\npeak memory in MB: ${megabytes.join(', ')}`);
  const expectedCpu = (BigInt(account.ledger) * 734_512_000_000n).toString().padStart(13, '0');
  const expectedRam = (BigInt(account.ledger) * 2_500_000_000_000n).toString().padStart(13, '0');
  const dotted = (text: string): string => `${text.slice(0, -12)}.${text.slice(-12)}`;
  const isExact =
    account.recorded === sent &&
    account.recorded === account.counted &&
    account.parked === 0 &&
    account.counted === account.ledger &&
    account.cpuHours === dotted(expectedCpu) &&
    account.ramGbHours === dotted(expectedRam);
  console.log(
    `sent ${whole(sent)} (the first floor's among them) = recorded = ledger = rollup: ${isExact ? 'exact' : 'NOT EXACT'}`,
  );
  if (!isExact) console.log(account);
  return isExact;
}
