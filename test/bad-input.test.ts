import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, send } from './harness/bad-connection.ts';
import { createBadDirectory } from './harness/bad-directory.ts';
import { at, createEventMaker, DAY, listBadEvents, listOddEvents, MINUTE, toJson } from './harness/bad-events.ts';
import { type Change, createRequestMaker, listBadRequests } from './harness/bad-requests.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { readBatchTotals } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { one } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

const directory = createBadDirectory();
const { sender, keys } = directory;
const events = createEventMaker(sender);
const make = createRequestMaker(keys.good);

const BAD_EVENTS = listBadEvents(sender, events).map(
  ([name, event, ...problems]) => [name, { event, problems }] as const,
);
const BAD_REQUESTS = listBadRequests({ sender, keys, events, make }).map(
  ([name, request, status, code, ...problems]) => [name, { request, status, code, problems }] as const,
);
const ODD_EVENTS = listOddEvents(sender, events);

/** Ingest takes 115 MB at its start and 210 MB after this table; one bomb unpacked whole would add 200 MB. */
const MEMORY_BYTES_MAX = 350_000_000;

describe('bad input', () => {
  let pipeline: Pipeline;
  let pid: number;
  /** What was acknowledged so far, by how it must end. */
  const expected = { events: 0, counted: 0, duplicates: 0, parked: 0 };

  /** Requests that were to be sent again, because all in them was ahead of the clock. */
  let earlyCount = 0;

  const post = async (change: Change): Promise<Answer> => {
    const answer = await send(one(pipeline.ingests).url, make(change));
    if (answer.status === 503 && answer.body.includes('EVENTS_TOO_EARLY')) earlyCount++;
    return answer;
  };

  const accept = async (change: Change, ends: Partial<Omit<typeof expected, 'events'>>): Promise<void> => {
    const answer = await post(change);
    const { counted = 0, duplicates = 0, parked = 0 } = ends;
    const accepted = counted + duplicates + parked;
    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { accepted, rejected: 0, errors: [] }]);
    expected.events += accepted;
    expected.counted += counted;
    expected.duplicates += duplicates;
    expected.parked += parked;
  };

  beforeAll(async () => {
    pipeline = await startPipeline();
    await directory.store(pipeline.pool);
    const answers = (key: string, status: number) =>
      waitFor(`a ${status} to a key`, async () =>
        (await post({ headers: { authorization: `Bearer ${key}` } })).status === status ? true : undefined,
      );
    for (const key of [keys.good, keys.foreign, keys.revoked, keys.expired]) await answers(key, 202);
    await directory.endKeys(pipeline.pool);
    for (const key of [keys.revoked, keys.expired]) await answers(key, 401);
    pid = one(pipeline.ingests).pid;
  });
  afterAll(() => pipeline?.close());

  it.each(BAD_EVENTS)('refuses %s, and says why', async (_name, { event, problems }) => {
    const answer = await post({ body: toJson([event]) });
    const isForeign = problems.some(([code]) => code === 'FOREIGN_SOURCE');
    if (answer.body.includes('"retryAt"')) expectProblem(answer, 503, 'EVENTS_TOO_EARLY');
    else expectProblem(answer, isForeign ? 403 : 400, isForeign ? 'FOREIGN_SOURCE_ONLY' : 'NO_USABLE_EVENT');
    expect(problemsOf(answer)).toEqual(problems.map(([code, pointer]) => describeProblem(0, event, code, pointer)));
  });

  it.each(BAD_REQUESTS)('answers %s with what is wrong', async (_name, { request, status, code, problems }) => {
    const answer = await send(one(pipeline.ingests).url, request);
    expectProblem(answer, status, code);
    expect(problemsOf(answer).map(({ index, code: found, pointer }) => [index, found, pointer])).toEqual(problems);
  });

  it.each(ODD_EVENTS)('accepts %s', async (_name, event, end) => {
    await accept({ body: toJson([event]) }, { [end]: 1 });
  });

  it('keeps the good events among all bad ones and names each of those', async () => {
    const bad = BAD_EVENTS.map(([, bad]) => bad);
    const batch = [events.calls(), ...bad.map(({ event }) => event), events.compute()];
    const answer = await post({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(toJson(batch)) });
    expected.events += 2;
    expected.counted += 2;

    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 2, rejected: bad.length });
    expect(problemsOf(answer)).toEqual(
      bad.flatMap(({ event, problems }, place) =>
        problems.map(([code, pointer]) => describeProblem(place + 1, event, code, pointer)),
      ),
    );
  });

  it('draws the line at 5 minutes ahead and at 400 days back', async () => {
    const now = Date.now();
    const calls = (ms: number) => ({ body: toJson([events.calls({ time: at(ms) })]) });
    await accept(calls(now + 5 * MINUTE - 1), { counted: 1 });
    await accept(calls(now - 400 * DAY + MINUTE), { counted: 1 });
    expect(problemsOf(await post(calls(Date.now() + 6 * MINUTE)))).toMatchObject([{ code: 'TIME_IN_FUTURE' }]);
    expect(problemsOf(await post(calls(now - 400 * DAY - 1)))).toMatchObject([{ code: 'TIME_TOO_OLD' }]);
  });

  it('takes a body of exactly 5 MiB and a batch of exactly 5,000 events, and an empty one', async () => {
    await accept({ body: toJson([events.calls()]).padEnd(5 * 1_048_576) }, { counted: 1 });
    await accept({ body: toJson(Array.from({ length: 5_000 }, () => events.calls())) }, { counted: 5_000 });
    await accept({ body: '[]' }, {});
  });

  it('counts an id once that comes three times in one batch, and parks another content under it', async () => {
    const event = events.calls();
    const other = { ...event, data: { ...event.data, quantity: 2 } };
    await accept({ body: toJson([event, event, event]) }, { counted: 1, duplicates: 2 });
    await accept({ body: toJson([event, other, other]) }, { duplicates: 2, parked: 1 });
    expect(await waitForAll()).toEqual(expected);
  });

  it('takes the last of equal keys, as JavaScript reads them', async () => {
    const text = toJson([events.calls({ id: 'twice' })]).replace('"id":', '"id":"first","id":');
    await accept({ body: text }, { counted: 1 });
    await waitForAll();
    const stored = await pipeline.pool.query(
      `select event_id from hopsmeter.usage_events where event_id in ('first', 'twice')`,
    );
    expect(stored.rows).toEqual([{ event_id: 'twice' }]);
  });

  it('has stored nothing else, and the same process still takes good batches', async () => {
    await accept({ body: toJson([events.compute(), events.storage(), events.network()]) }, { counted: 3 });
    expect(await waitForAll()).toEqual(expected);
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
    const stored = await pipeline.pool.query(`
      select (select count(distinct event_key)::integer from hopsmeter.usage_events) as counted,
        (select count(*)::integer from hopsmeter.parked_events) as parked
    `);
    expect(stored.rows).toEqual([{ counted: expected.counted, parked: expected.parked }]);
    expect(one(pipeline.ingests).pid).toBe(pid);
    const metrics = await readMetrics();
    expect(metrics.get('process_resident_memory_bytes')).toBeLessThan(MEMORY_BYTES_MAX);
    expect(metrics.get('ingest_in_flight_bytes')).toBe(0);
    // None of it was a failure of ours: each 503 asked for events again that were ahead of our clock.
    const failures = [...metrics].filter(([name]) => /^http_requests_total.*events.*"5\d\d"/.test(name));
    expect(failures).toEqual([['http_requests_total{method="POST",route="/api/v1/events",status="503"}', earlyCount]]);
  });

  /** Nothing more may come: what was acknowledged is in the queue, and all of it is recorded in order of arrival. */
  const waitForAll = () =>
    waitFor('every accepted event to be recorded', async () => {
      const totals = await readBatchTotals(pipeline.pool);
      return totals.events >= expected.events ? totals : undefined;
    });

  const readMetrics = async (): Promise<Map<string, number>> => {
    const text = await (await fetch(`${one(pipeline.ingests).url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  };
});

type EventProblem = { index: number; id?: string; code: string; pointer: string };

/** What an answer says of single events, without the words for people. */
function problemsOf({ body }: Answer): EventProblem[] {
  type Told = EventProblem & { detail: string; retryAt?: string; retryAfterSeconds?: number };
  const { errors = [] }: { errors?: Told[] } = JSON.parse(body);
  return errors.map(({ detail, retryAt: _, retryAfterSeconds, ...problem }) => {
    if (retryAfterSeconds !== undefined) expect(problem.code).toBe('TIME_IN_FUTURE');
    expect(detail).toMatch(/^.{3,300}$/);
    return problem;
  });
}

function describeProblem(index: number, event: unknown, code: string, pointer: string): EventProblem {
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined;
  const isEchoed = typeof id === 'string' && /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(id);
  return { index, ...(isEchoed ? { id } : {}), code, pointer };
}

const INTERNALS = /\bat \S+:\d+|node:|node_modules|\.[jt]s\b|select |postgres|redis/i;

/** Every refusal is a problem with its code, and tells nothing of the inside. */
function expectProblem({ status, headers, body }: Answer, expectedStatus: number, code: string): void {
  expect(body).not.toMatch(INTERNALS);
  expect({ status, type: headers['content-type'], body: JSON.parse(body) }).toMatchObject({
    status: expectedStatus,
    type: 'application/problem+json',
    body: {
      type: `urn:hopsmeter:error:${code}`,
      title: expect.any(String),
      status: expectedStatus,
      instance: expect.stringMatching(/^urn:request:[\w.:-]+$/),
      code,
    },
  });
  if (status === 401) expect(headers['www-authenticate']).toBe('Bearer');
  if (status === 405) expect(headers.allow).toBeTruthy();
}
