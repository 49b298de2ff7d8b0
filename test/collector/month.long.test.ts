import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createRandom } from '../harness/random.ts';
import { createWorld, one, type TestCluster } from '../harness/world.ts';
import { type RecordedSeries, startRecordedPrometheus } from '../support/sources/recorded-prometheus.ts';
import { type Health, handOn, startAnsweringServer } from './answering-server.ts';
import { startHopsworks } from './hopsworks-server.ts';
import { CPU_UNITS, createMonthTruth } from './month-truth.ts';
import { startOpenCost } from './opencost-server.ts';
import { startSimulatedRonDb } from './simulated-rondb.ts';
import { type SimulatedTime, timeNow } from './simulated-time.ts';
import { type CollectorProcess, type CollectorProcessOptions, kill, startCollector } from './start-collector.ts';
import { startWebHdfs } from './web-hdfs-server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 720;
const KILLS = 50;

/** An hour takes a tenth of a second. */
const SPEED = 36_000;

/** With half a second to start, the kills are spread over the month. */
const LIFETIME_MAX_MS = 2_000;

/** Looked at now and then: thousands of manifests are read, on the cores that the collector needs. */
const PATIENTLY = { timeout: 600_000, interval: 1_000 };

/** A day some weeks ago: the month is over for ingest, whatever is simulated. */
const START = Math.floor(Date.now() / DAY_MS) * DAY_MS - 45 * DAY_MS;

type Outage = { readonly from: number; readonly to: number; readonly health: Exclude<Health, 'well'> };

/** Hours of the month in which each server is not well. */
const OUTAGES = {
  openCost: [
    { from: 100, to: 106, health: 'away' },
    { from: 250, to: 256, health: 'failing' },
    { from: 500, to: 503, health: 'cut-off' },
  ],
  webHdfs: [
    { from: 150, to: 160, health: 'away' },
    { from: 420, to: 424, health: 'failing' },
  ],
  hopsworks: [{ from: 200, to: 203, health: 'away' }],
  ronDb: [{ from: 170, to: 176, health: 'away' }],
  prometheus: [
    { from: 220, to: 230, health: 'away' },
    { from: 520, to: 524, health: 'failing' },
  ],
  ingest: [
    { from: 130, to: 154, health: 'away' },
    { from: 450, to: 460, health: 'failing' },
    { from: 600, to: 602, health: 'cut-off' },
  ],
} as const satisfies Readonly<Record<string, readonly Outage[]>>;

/** Hours of which OpenCost has lost all that it knew before anybody asked. */
const LOST = { from: 300, to: 310 };

const OWNERS = 6;
const REPORTED_PROJECTS = 12;

const CLOCK_ERRORS_MS = [0, 0, 0, 5 * HOUR_MS, -3 * HOUR_MS, 30 * DAY_MS];

const random = createRandom(15);
const truth = createMonthTruth('month');
const servers: { close(): Promise<void> }[] = [];
let time: SimulatedTime;
let pipeline: Pipeline;
let cluster: TestCluster;
let namespaces: readonly string[];
/** Folder of each project that Hopsworks lists and that nobody has entered, and its namespace. */
let projects: ReadonlyMap<string, string>;
let directory: string;
let settings: CollectorProcessOptions['settings'];

const now = (): number => timeNow(time);
const hourNow = (): number => (now() - START) / HOUR_MS;
const healthOf = (outages: readonly Outage[]) => (): Health =>
  outages.find(({ from, to }) => from <= hourNow() && hourNow() < to)?.health ?? 'well';

beforeAll(async () => {
  pipeline = await startPipeline();
  const world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: OWNERS,
    membersPerOwner: 1,
    projectsPerUser: 4,
    ownerChangesAt: [],
  });
  cluster = one(world.clusters);
  const reported = Array.from({ length: REPORTED_PROJECTS }, (_, index) => `reported-${index}`);
  namespaces = [...world.projects.map(({ namespace }) => namespace), ...reported];
  projects = new Map(reported.map((namespace) => [namespace.replaceAll('-', '_'), namespace]));
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-month-'));
  // From here on it is that month.
  time = { start: START, begunAt: Date.now(), speed: SPEED, until: START + (HOURS + 40) * HOUR_MS };
  settings = await startServers();
}, 300_000);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await pipeline?.close();
  await rm(directory, { recursive: true, force: true });
});

/** What a counter of egress says at the end of each hour, and at its beginning. */
function countersOf(namespace: string): RecordedSeries {
  let sum = 0;
  const samples = Array.from({ length: HOURS + 1 }, (_, index): [number, number] => {
    if (index > 0) sum += truth.egress(namespace, START / HOUR_MS + index - 1);
    return [START + index * HOUR_MS, sum];
  });
  return { name: 'kubecost_pod_network_egress_bytes_total', labels: { internet: 'true', namespace }, samples };
}

function hasLost(hour: number): boolean {
  const since = hour - START / HOUR_MS;
  return since >= LOST.from && since < LOST.to;
}

async function startServers(): Promise<typeof settings> {
  const listed = [...projects].map(([name, namespace], index) => ({
    id: index + 1,
    name,
    namespace,
    owner: `c0o${index % OWNERS}@example.com`,
    created: new Date(START - 90 * DAY_MS).toISOString(),
  }));
  const recorded = await startRecordedPrometheus([...projects.values()].map(countersOf));
  const [openCost, webHdfs, hopsworks, ronDb, prometheus, front] = await Promise.all([
    startOpenCost({ truth, namespaces, hasLost, now, health: healthOf(OUTAGES.openCost) }),
    startWebHdfs({ truth, projects, now, health: healthOf(OUTAGES.webHdfs) }),
    startHopsworks({ projects: () => listed, now, health: healthOf(OUTAGES.hopsworks) }),
    startSimulatedRonDb({ databases: projects, time, health: healthOf(OUTAGES.ronDb) }),
    startAnsweringServer({
      now,
      health: healthOf(OUTAGES.prometheus),
      answer: (request, response) => handOn(recorded.url, request, response),
    }),
    startAnsweringServer({
      now,
      health: healthOf(OUTAGES.ingest),
      answer: (request, response) => handOn(one(pipeline.ingests).url, request, response),
    }),
  ]);
  servers.push(openCost, webHdfs, hopsworks, ronDb, prometheus, front, recorded);
  return {
    INGEST_URL: front.url,
    CLUSTER_ID: cluster.id,
    CLUSTER_KEY: cluster.key,
    COLLECTOR_DIRECTORY: directory,
    OPENCOST_URL: openCost.url,
    OPENCOST_CLUSTER: 'east',
    HOPSFS_URL: webHdfs.url,
    HOPSWORKS_URL: hopsworks.url,
    HOPSWORKS_API_KEY: 'of-the-test',
    RONDB_HOST: ronDb.host,
    RONDB_PORT: String(ronDb.port),
    RONDB_USER: ronDb.user,
    RONDB_PASSWORD: ronDb.password,
    PROMETHEUS_URL: prometheus.url,
    EGRESS_ENABLED: 'true',
  };
}

const output: string[] = [];

function start(clockErrorMs: number): CollectorProcess {
  const child = startCollector({ time, clockErrorMs, settings });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  return child;
}

type Seen = { readonly path: string; readonly from: number; readonly to: number; readonly reason: string | null };

/** What manifests say, by hours since the beginning. */
async function readManifests(): Promise<readonly Seen[]> {
  const { rows } = await pipeline.pool.query<{ path: string; start: Date; end: Date; reason: string | null }>(
    `select source_path as path, window_started_at as start, window_ended_at as end, missing_reason as reason
    from hopsmeter.cluster_manifests`,
  );
  const hourOf = (date: Date): number => (date.getTime() - START) / HOUR_MS;
  return rows.map(({ path, start, end, reason }) => ({ path, from: hourOf(start), to: hourOf(end), reason }));
}

/** What is known of hours, since the beginning: why one is missing, or null for one that was collected. */
type Hours = ReadonlyMap<number, string | null>;

/** Why each hour of a source is missing, or that it was collected; an hour of which nothing is known is not in it. */
function hoursOf(manifests: readonly Seen[], source: string): Hours {
  const hours = new Map<number, string | null>();
  for (const { from, to, reason } of manifests.filter(({ path }) => path === `/collector/${source}`))
    for (let hour = from; hour < to; hour += 1) if (hour < HOURS && hours.get(hour) !== null) hours.set(hour, reason);
  return hours;
}

async function readAllHours() {
  const manifests = await readManifests();
  return {
    compute: hoursOf(manifests, 'compute'),
    online: hoursOf(manifests, 'online-storage'),
    offline: hoursOf(manifests, 'offline-storage'),
    egress: hoursOf(manifests, 'egress'),
  };
}

async function readTotals(meter: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pipeline.pool.query<{ namespace: string; quantity: string }>(
    `select namespace, trim_scale(sum(quantity))::text as quantity
    from hopsmeter.usage_daily join hopsmeter.projects on projects.id = project_id
    where meter = $1 and usage_date >= $2::date and usage_date < $3::date group by namespace`,
    [meter, new Date(START).toISOString(), new Date(START + HOURS * HOUR_MS).toISOString()],
  );
  return new Map(rows.map(({ namespace, quantity }) => [namespace, quantity]));
}

/** `units × 5^power ÷ 10^decimals`, as a decimal. */
function formatUnits(units: bigint, power: number, decimals: number): string {
  const digits = (units * 5n ** BigInt(power)).toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`.replace(/\.?0+$/, '');
}

function expectedOf(
  what: 'cpu' | 'ram' | 'online' | 'offline' | 'egress',
  hours: Hours,
  names: readonly string[],
  format: (units: bigint) => string,
): ReadonlyMap<string, string> {
  const collected = [...hours].filter(([, reason]) => reason === null).map(([hour]) => START / HOUR_MS + hour);
  const totals = names.map((name): [string, bigint] => [
    name,
    collected.reduce((sum, hour) => sum + BigInt(truth[what](name, hour)), 0n),
  ]);
  return new Map(totals.filter(([, total]) => total > 0n).map(([name, total]) => [name, format(total)]));
}

it('counts every hour of a month once or says why it is missing, whatever is away, killed or jumps', async () => {
  for (let kills = 0; kills < KILLS; kills += 1) {
    const child = start(random.pick(CLOCK_ERRORS_MS));
    // It has begun with something; when it is in the middle of what, chance decides.
    await once(child.stdout, 'data');
    await delay(random.int(LIFETIME_MAX_MS));
    await kill(child);
  }
  const last = start(0);
  try {
    // The second look at the last hour comes a day after it.
    const isOver = async (): Promise<boolean> => {
      if (hourNow() < HOURS + 30) return false;
      const hours = Object.values(await readAllHours());
      return hours.every((known) => known.size === HOURS - Math.min(HOURS, ...known.keys()));
    };
    await expect.poll(isOver, { ...PATIENTLY, message: 'a manifest of every hour' }).toBe(true);

    const { compute, online, offline, egress } = await readAllHours();
    // The events of an hour may be counted after its manifest.
    const expectTotals = (meter: string, expected: ReadonlyMap<string, string>) =>
      expect.poll(() => readTotals(meter), PATIENTLY).toEqual(expected);
    const reported = [...projects.values()];
    const bytes = (units: bigint): string => formatUnits(units, 30, 30);
    await expectTotals(
      'cpu_hours',
      expectedOf('cpu', compute, namespaces, (units) => formatUnits(units, 0, Math.log10(CPU_UNITS))),
    );
    await expectTotals(
      'ram_gb_hours',
      expectedOf('ram', compute, namespaces, (units) => formatUnits(units, 6, 6)),
    );
    await expectTotals('offline_storage_gb_hours', expectedOf('offline', offline, reported, bytes));
    await expectTotals('online_storage_gb_hours', expectedOf('online', online, reported, bytes));
    await expectTotals('network_egress_gb', expectedOf('egress', egress, reported, bytes));
    expect([compute.size, egress.size]).toEqual([HOURS, HOURS]);
    expect([...egress.values()].filter((reason) => reason !== null)).toEqual([]);
    const missing = [...compute].filter(([, reason]) => reason !== null);
    expect(missing.map(([hour]) => hour).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: LOST.to - LOST.from }, (_, index) => LOST.from + index),
    );
    expect(missing.every(([, reason]) => reason?.includes('OpenCost has no row of'))).toBe(true);
    // A copy of a correction, sent again after a kill, is looked at in its turn and found to be one.
    await expect.poll(listPending, PATIENTLY).toEqual([]);
  } catch (error) {
    throw new Error(`the collectors said: ${output.join('').slice(-8_000)}`, { cause: error });
  } finally {
    await kill(last);
  }
});

/** What waits and why: an id that came with two contents, for one, waits for a person. */
async function listPending(): Promise<readonly unknown[]> {
  const { rows } = await pipeline.pool.query(
    `select reason, count(*)::integer as count from hopsmeter.parked_events where status = 'pending' group by reason`,
  );
  return rows;
}
