import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, type CloudEvent, createClient, type Refusal } from '../../packages/client/src/index.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { readBatchTotals } from '../harness/rollup.ts';
import { createWorld, one, type TestCluster, type TestProject } from '../harness/world.ts';

const HOUR = 3_600_000;

/** Old enough that no event lies in the future, whatever the clock says. */
const LATEST = Math.floor(Date.now() / HOUR) * HOUR - 48 * HOUR;

let pipeline: Pipeline;
let cluster: TestCluster;
let project: TestProject;
let spoolDirectory: string;
let client: Client<CloudEvent>;
const refusals: Refusal[] = [];

beforeAll(async () => {
  pipeline = await startPipeline();
  const sizes = { clusters: 1, ownersPerCluster: 1, membersPerOwner: 0, projectsPerUser: 1, ownerChangesAt: [] };
  const world = await createWorld(pipeline.pool, sizes);
  cluster = one(world.clusters);
  project = one(world.projects);
  spoolDirectory = await mkdtemp(join(tmpdir(), 'hopsmeter-spool-'));
  client = await openClient(cluster.key);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await pipeline?.close();
  await rm(spoolDirectory, { recursive: true, force: true });
});

function openClient(key: string): Promise<Client<CloudEvent>> {
  const onRefused = (refused: readonly Refusal[]): void => void refusals.push(...refused);
  const { url = '' } = pipeline.ingests[0] ?? {};
  return createClient<CloudEvent>({ url, key, clusterId: cluster.id, spoolDirectory, onRefused });
}

/** What a project used in an hour; the same index is the same hour. */
function usageOf(index: number): CloudEvent {
  const start = LATEST - (index + 1) * HOUR;
  const window = { start: new Date(start), end: new Date(start + HOUR) };
  return client.events.network({ namespace: project.namespace, window, egressBytes: 2 ** 30 });
}

const readEgress = async (): Promise<string | undefined> => {
  const result = await pipeline.pool.query<{ quantity: string }>(
    `select trim_scale(sum(quantity))::text as quantity from hopsmeter.usage_daily where meter = 'network_egress_gb'`,
  );
  return one(result.rows).quantity;
};

it('counts each event once, though ingest is killed, events are sent twice, and one poisons its batch', async () => {
  const poison = { ...usageOf(0), id: 'poison', data: JSON.parse('{"__proto__": {"egressBytes": 1}}') };
  const negative = { ...usageOf(0), id: 'negative', data: { ...usageOf(0).data, egressBytes: -1 } };
  const unknown = { ...usageOf(0), id: 'unknown', type: 'ai.hopsworks.usage.compute.v0' };
  const events = Array.from({ length: 900 }, (_, index) => usageOf(index));
  await client.send([...events.slice(0, 300), poison, negative, unknown]);
  await pipeline.ingests[0]?.kill('SIGKILL');
  await client.send(events.slice(300, 600));
  await pipeline.ingests[0]?.restart();
  await client.send(events.slice(600));
  await client.send(events.slice(200, 400));
  await client.flush();

  expect(refusals.map(({ id, problems }) => [id, problems[0]?.code]).sort()).toEqual([
    ['negative', 'NEGATIVE_QUANTITY'],
    ['poison', 'INVALID_JSON'],
    ['unknown', 'UNKNOWN_EVENT_TYPE'],
  ]);
  // A batch that was killed before its answer may be there twice.
  const { accepted, waitingBytes } = client.stats();
  expect([accepted, waitingBytes]).toEqual([1_100, 0]);
  await pipeline.drain(accepted);
  expect(await readBatchTotals(pipeline.pool)).toMatchObject({ counted: 900, parked: 0 });
  expect(await readEgress()).toBe('900');
});

it('keeps an event that is ahead of the clock of ingest, and everything while its key is revoked', async () => {
  await client.close();
  client = await openClient('hwm_live_wrong');
  const window = { start: new Date(), end: new Date(Date.now() + HOUR) };
  const early = client.events.network({ namespace: project.namespace, window, egressBytes: 1 });
  await client.send([usageOf(1_000), early]);
  await expect(client.flush({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'FLUSH_TIMEOUT' });
  expect(client.stats()).toMatchObject({ accepted: 0, isPaused: true });
  await client.close();
  client = await openClient(cluster.key);
  await client.flush();
  // The early one waits; it is neither lost nor refused.
  expect(client.stats()).toMatchObject({ accepted: 1, refused: 0 });
  expect(client.stats().waitingBytes).toBeGreaterThan(100);
});
