import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ask, createAsk } from '../harness/ask.ts';
import { post } from '../harness/client.ts';
import type { PostedEvent } from '../harness/events.ts';
import { HOSTILE_TEXTS } from '../harness/hostile-texts.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from '../harness/pipeline.ts';
import { readBatchTotals } from '../harness/rollup.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createWorld, one, type TestCluster, type TestProject } from '../harness/world.ts';
import { findRollupDifferences } from '../support/db/test-database.ts';
import { callsEvent } from './calls-event.ts';

/** Texts that mean something to Redis, BullMQ, Lua or HTTP. */
const TEXTS = [
  ...HOSTILE_TEXTS,
  'auth0|123',
  ':',
  '0',
  '{x}:y',
  '*',
  'bull:usage:wait',
  '}{',
  'a\r\nFLUSHALL\r\n',
  '*1\r\n$8\r\nFLUSHALL\r\n',
  '"]] redis.call("FLUSHALL") --',
  '\ud800',
  '=HYPERLINK("http://evil.example","x")',
  "x'::text; commit; drop schema public cascade; --",
];

/** Well-formed, without control characters, and not too long. Written down a second time on purpose. */
const isAllowed = (text: string, lengthMax = 256): boolean =>
  /^[^\p{Cc}\p{Cs}]+$/u.test(text) && text.length <= lengthMax;

let pipeline: Pipeline;
let cluster: TestCluster;
let project: TestProject;
let ask: Ask;
let acknowledged = 0;

beforeAll(async () => {
  pipeline = await startPipeline({ apis: 1 });
  const world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  cluster = one(world.clusters);
  project = one(world.projects);
  ask = createAsk(one(pipeline.apis).url);
});

afterAll(async () => {
  ask?.close();
  await pipeline?.close();
});

const PLACES: readonly [place: string, limit: number, put: (text: string, id: string) => PostedEvent][] = [
  ['id', 256, (text) => callsEvent(project, text)],
  ['the path of the source', 454, (text, id) => withSource(callsEvent(project, id), `/${text}`)],
  ['subject', 255, (text, id) => ({ ...callsEvent(project, id), subject: text })],
  ['namespace', 253, (text, id) => withData(callsEvent(project, id), { namespace: text })],
  ['meter', 253, (text, id) => withData(callsEvent(project, id), { meter: text })],
];

it.each(PLACES)(
  'whatever stands in %s is text: taken and found again as it came, or refused',
  async (place, limit, put) => {
    for (const [index, text] of TEXTS.entries()) {
      const event = put(text, `${place} ${index}`);
      const answer = await post(one(pipeline.ingests).url, cluster.key, JSON.stringify([event]));
      const isTaken = (text === '' && place === 'the path of the source') || isAllowed(text, limit);
      expect([place, text.slice(0, 80), answer?.status]).toEqual([place, text.slice(0, 80), isTaken ? 202 : 400]);
      if (isTaken) acknowledged += 1;
      else expect(await answer?.json()).toMatchObject({ errors: [{ code: 'INVALID_TEXT' }] });
    }
  },
);

it('every event is counted or parked once, and nothing but events changed', async () => {
  const totals = await waitFor('everything to be recorded', async () => {
    const found = await readBatchTotals(pipeline.pool);
    return found.events >= acknowledged ? found : undefined;
  });
  expect(totals).toMatchObject({ events: acknowledged, duplicates: 0, counted: acknowledged - totals.parked });
  expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
  const { rows } = await pipeline.pool.query('select count(*)::integer as users from hopsmeter.users');
  expect(rows).toEqual([{ users: 1 }]);
  const ids = await pipeline.pool.query<{ event_id: string }>(
    'select event_id from hopsmeter.usage_events union select event_id from hopsmeter.parked_events',
  );
  const stored = new Set(ids.rows.map(({ event_id }) => event_id));
  for (const text of TEXTS.filter((each) => isAllowed(each))) expect(stored).toContain(text);
});

it('the api finds each of them by its id', async () => {
  const headers = { authorization: `Bearer ${SERVICE_ROLE_KEY}` };
  for (const text of TEXTS.filter((each) => isAllowed(each))) {
    const { source } = callsEvent(project, '');
    const address = `/v1/events/${encodeURIComponent(text)}?source=${encodeURIComponent(source)}`;
    const { status, body } = await ask(address, { headers });
    expect([text, status]).toEqual([text, 200]);
    expect(JSON.parse(body)).toMatchObject({ event: { id: text } });
  }
});

it('no name in Redis comes from an event', async () => {
  const redis = new Redis(pipeline.redis.url);
  try {
    const names = await redis.keys('*');
    expect(names.filter((name) => !/^[\w{}-]+:[\w-]+(?::[\w-]+)*$/.test(name))).toEqual([]);
    for (const text of TEXTS.filter((each) => each.length > 3)) expect(names.join('\n')).not.toContain(text);
  } finally {
    redis.disconnect();
  }
});

function withSource(event: PostedEvent, path: string): PostedEvent {
  return { ...event, source: event.source + path };
}

function withData(event: PostedEvent, data: Readonly<Record<string, unknown>>): PostedEvent {
  return { ...event, data: { ...event.data, ...data } };
}
