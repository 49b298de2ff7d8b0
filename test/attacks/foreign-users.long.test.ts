import { afterAll, beforeAll, expect, it } from 'vitest';
import { post } from '../harness/client.ts';
import type { PostedEvent } from '../harness/events.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { readBatchTotals, readRollup } from '../harness/rollup.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createWorld, one, type TestCluster, type TestProject } from '../harness/world.ts';
import { callsEvent } from './calls-event.ts';

let pipeline: Pipeline;
let attacker: TestCluster;
let own: TestProject;
let foreign: TestProject;
let before: Awaited<ReturnType<typeof readRollup>>;
let acknowledged = 0;

beforeAll(async () => {
  pipeline = await startPipeline();
  const { clusters, projects } = await createWorld(pipeline.pool, {
    clusters: 2,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  const victim = one(clusters.slice(1));
  attacker = one(clusters);
  own = one(projects.filter(({ clusterId }) => clusterId === attacker.id));
  foreign = one(projects.filter(({ clusterId }) => clusterId === victim.id));
  const answer = await post(
    one(pipeline.ingests).url,
    victim.key,
    JSON.stringify(['of the victim', 'same id'].map((id) => callsEvent(foreign, id))),
  );
  expect(answer?.status).toBe(202);
  before = await settle(2);
});

afterAll(() => pipeline?.close());

async function settle(events: number): ReturnType<typeof readRollup> {
  acknowledged += events;
  await waitFor('everything to be recorded', async () =>
    (await readBatchTotals(pipeline.pool)).events >= acknowledged ? true : undefined,
  );
  return readRollup(pipeline.pool);
}

const send = (event: object) => post(one(pipeline.ingests).url, attacker.key, JSON.stringify([event]));

const asOwn = (change: Partial<PostedEvent>, id: string): PostedEvent => ({ ...callsEvent(own, id), ...change });

it.each([
  ['its source', () => callsEvent(foreign, 'e')],
  [
    'a source below it',
    () => ({ ...callsEvent(foreign, 'e'), source: `urn:hopsworks:cluster:${foreign.clusterId}/a` }),
  ],
  [
    'its source in capitals',
    () => ({ ...callsEvent(foreign, 'e'), source: callsEvent(foreign, 'e').source.toUpperCase() }),
  ],
  ['a source that only begins as its own', () => asOwn({ source: `urn:hopsworks:cluster:${own.clusterId}0` }, 'e')],
  [
    'a source that leads from its own to the other',
    () => asOwn({ source: `urn:hopsworks:cluster:../${foreign.clusterId}` }, 'e'),
  ],
])('a key is refused that names another cluster: %s', async (_name, event) => {
  const answer = await send(event());
  expect(answer?.status).toBe(403);
  expect(await answer?.json()).toMatchObject({ code: 'FOREIGN_SOURCE_ONLY', errors: [{ code: 'FOREIGN_SOURCE' }] });
});

it.each([
  [
    'its user',
    'user_not_on_cluster',
    () => ({ subject: foreign.userId, data: { meter: 'model_calls', quantity: '1' } }),
  ],
  ['its user and an own namespace', 'user_not_on_cluster', () => ({ subject: foreign.userId })],
  ['its namespace', 'unknown_namespace', () => ({ data: callsEvent(foreign, 'e').data })],
  ['nobody', 'unknown_user', () => ({ subject: 'auth0|nobody', data: { meter: 'model_calls', quantity: '1' } })],
])('what names somebody of another cluster is parked and nobody pays for it: %s', async (name, reason, change) => {
  expect((await send(asOwn(change(), name)))?.status).toBe(202);
  expect(await settle(1)).toEqual(before);
  const { rows } = await pipeline.pool.query('select reason from hopsmeter.parked_events where event_id = $1', [name]);
  expect(rows).toEqual([{ reason }]);
});

it('an event of another cluster cannot be corrected, and its id is free on every other cluster', async () => {
  const { source, specversion, time } = callsEvent(own, 'e');
  const correction = {
    id: 'correction',
    source,
    specversion,
    type: 'ai.hopsworks.usage.correction.v1',
    time,
    data: { replaces: 'of the victim', reason: 'an attack' },
  };
  expect((await send(correction))?.status).toBe(202);
  expect((await send(callsEvent(own, 'same id', '7')))?.status).toBe(202);
  const after = await settle(2);
  for (const [key, row] of before) expect(after.get(key)).toEqual(row);
});

it('usage of own users beyond what a machine can use waits for a person', async () => {
  const { namespace } = own;
  const window = {
    start: new Date(Date.now() - 7_200_000).toISOString(),
    end: new Date(Date.now() - 3_600_000).toISOString(),
  };
  const data = { namespace, window, cpuCoreHours: 513, gpuHours: 0, ramByteHours: 0 };
  const was = await readRollup(pipeline.pool);
  const spike = asOwn({ type: 'ai.hopsworks.usage.compute.v1', data }, 'spike');
  expect((await send(spike))?.status).toBe(202);
  expect(await settle(1)).toEqual(was);
  const { rows } = await pipeline.pool.query(`select reason from hopsmeter.parked_events where event_id = 'spike'`);
  expect(rows).toEqual([{ reason: 'implausible' }]);
});
