import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { readBatchTotals, readRollup } from '../harness/rollup.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createWorld, one, type TestWorld } from '../harness/world.ts';
import { findRollupDifferences } from '../support/db/test-database.ts';
import { callsEvent } from './calls-event.ts';
import { postBody } from './well-behaved-client.ts';

const REPLAYS = 1_000;
const EVENTS = 10;

let pipeline: Pipeline;
let world: TestWorld;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  pipeline = await startPipeline({ ingests: 2, workers: 2 });
  world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
});

afterAll(async () => {
  agent.destroy();
  await pipeline?.close();
});

const post = (body: string, ingest = 0): Promise<number> =>
  postBody(pipeline.ingests[ingest]?.url ?? '', one(world.clusters).key, Buffer.from(body), agent);

/** Waits until all that was acknowledged is recorded. */
const settle = (events: number) =>
  waitFor('everything to be recorded', async () => {
    const totals = await readBatchTotals(pipeline.pool);
    return totals.events >= events ? totals : undefined;
  });

let sum: Awaited<ReturnType<typeof readRollup>>;
let acknowledged = 0;

it('the same body, sent 1,000 times to two ingests, is counted once', async () => {
  const body = JSON.stringify(
    Array.from({ length: EVENTS }, (_, i) => callsEvent(one(world.projects), `e-${i}`, '1.5')),
  );
  expect(await post(body)).toBe(202);
  await settle(EVENTS);
  sum = await readRollup(pipeline.pool);
  expect(one([...sum.values()])).toMatchObject({ quantity: expect.stringMatching(/^15\.0+$/), events: EVENTS });

  const statuses = await Promise.all(Array.from({ length: REPLAYS }, (_, i) => post(body, i % 2)));
  expect(new Set(statuses)).toEqual(new Set([202]));
  acknowledged = EVENTS * (REPLAYS + 1);
  expect(await settle(acknowledged)).toEqual({
    events: acknowledged,
    counted: EVENTS,
    duplicates: EVENTS * REPLAYS,
    parked: 0,
  });
  expect(await readRollup(pipeline.pool)).toEqual(sum);
}, 120_000);

it('and so is the same content in other words', async () => {
  const { id, source, specversion, type, time, data } = callsEvent(one(world.projects), 'e-0', '1.5');
  const words = [
    JSON.stringify([{ data, time, type, specversion, source, id }]),
    JSON.stringify([{ id, source, specversion, type, time, data }], undefined, 4),
    JSON.stringify([{ id, source, specversion, type, time, data: { ...data, quantity: 1.5 } }]),
    JSON.stringify([{ id, source, specversion, type, time, data: { ...data, quantity: '15e-1' } }]),
    JSON.stringify([{ id, source, specversion, type, time: time.replace('Z', '+00:00'), data, other: 'attribute' }]),
    JSON.stringify([{ id, source, specversion, type, time, data }]).replace('e-0', '\\u0065-0'),
    `[{"id":"another",${JSON.stringify({ id, source, specversion, type, time, data }).slice(1)}]`,
  ];
  for (const body of words) expect(await post(body)).toBe(202);
  acknowledged += words.length;
  expect(await settle(acknowledged)).toMatchObject({ counted: EVENTS, parked: 0 });
  expect(await readRollup(pipeline.pool)).toEqual(sum);
});

it('a tampered body is not counted: it is parked, once, however often it comes', async () => {
  const tampered = ['1.500000000001', '0', '999999'].map((quantity) =>
    JSON.stringify([callsEvent(one(world.projects), 'e-1', quantity)]),
  );
  for (let time = 0; time < 20; time++) for (const body of tampered) expect(await post(body, time % 2)).toBe(202);
  acknowledged += tampered.length * 20;
  expect(await settle(acknowledged)).toMatchObject({ counted: EVENTS, parked: tampered.length });
  expect(await readRollup(pipeline.pool)).toEqual(sum);
  const { rows } = await pipeline.pool.query('select distinct event_id, reason, status from hopsmeter.parked_events');
  expect(rows).toEqual([{ event_id: 'e-1', reason: 'conflict', status: 'pending' }]);
  expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
});
