import { randomUUID } from 'node:crypto';
import { schema } from '@hopsmeter/db';
import { addCluster, type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let api: TestApi;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi();
  clusterId = await addCluster(api.tables, 'east');
});
afterAll(() => api?.close());
beforeEach(() => api.tables.delete(schema.parkedEvents));

async function park(reason: string, changes: Partial<typeof schema.parkedEvents.$inferInsert> = {}): Promise<string> {
  const [row] = await api.tables
    .insert(schema.parkedEvents)
    .values({
      eventKey: randomUUID(),
      contentHash: 1n,
      usageBatchId: randomUUID(),
      position: 0,
      hopsworksClusterId: clusterId,
      sourcePath: '/reader',
      eventId: 'e-1',
      reason,
      detail: 'for a test',
      event: { id: 'e-1', namespace: 'nope' },
      ...changes,
    })
    .returning({ id: schema.parkedEvents.id });
  return row?.id ?? '';
}

async function post(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json', 'x-request-id': 'request-7' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const list = async (query = '') => (await api.get(`/v1/parked${query}`)).body;
const rowOf = async (id: string) =>
  (await api.tables.select().from(schema.parkedEvents).where(eq(schema.parkedEvents.id, id)))[0];
const auditOf = (id: string) => api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.entityId, id));

describe('GET /v1/parked', () => {
  it('shows an event with why it waits and for how long', async () => {
    const id = await park('unknown_namespace', { parkedAt: new Date(Date.now() - 3_600_000).toISOString() });
    const { parkedEvents, nextCursor } = await list();
    expect(nextCursor).toBeUndefined();
    expect(parkedEvents).toEqual([
      {
        id,
        eventId: 'e-1',
        sourcePath: '/reader',
        clusterId,
        reason: 'unknown_namespace',
        detail: 'for a test',
        status: 'pending',
        parkedAt: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
        ageSeconds: expect.toSatisfy((age: number) => age >= 3_600 && age < 3_700),
        tryCount: 0,
        triedAt: null,
        dueAt: null,
        releasedAt: null,
        releaseReason: null,
        resolvedAt: null,
        resolvedBy: null,
        resolution: null,
        event: { id: 'e-1', namespace: 'nope' },
      },
    ]);
  });

  it('is read page by page, the longest waiting first, with filters', async () => {
    const other = await addCluster(api.tables, 'west');
    const parkedAt = '2026-11-22T14:00:00.000001Z';
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push(await park('unknown_user', { parkedAt }));
    const first = await park('conflict', { parkedAt: '2026-11-22T14:00:00Z', hopsworksClusterId: other });
    const done = { status: 'counted', resolution: 'counted', resolvedAt: parkedAt, parkedAt };
    const counted = await park('unknown_user', done);
    const seen: string[] = [];
    for (let query: string | undefined = '?limit=1'; query !== undefined; ) {
      const { parkedEvents, nextCursor } = await list(query);
      seen.push(...parkedEvents.map(({ id }: Json) => id));
      query = nextCursor === undefined ? undefined : `?limit=1&cursor=${nextCursor}`;
    }
    expect(seen).toEqual([first, ...ids.sort()]);
    const idsOf = async (query: string) => (await list(query)).parkedEvents.map(({ id }: Json) => id);
    expect(await idsOf('?reason=conflict')).toEqual([first]);
    expect(await idsOf(`?clusterId=${other}`)).toEqual([first]);
    expect(await idsOf('?status=counted')).toEqual([counted]);
    expect(await idsOf('?status=given_up')).toEqual([]);
  });

  it('tells what became of some, whatever that is', async () => {
    const parkedAt = '2026-11-22T14:00:00Z';
    const done = { status: 'counted', resolution: 'counted', resolvedAt: parkedAt, parkedAt };
    const [counted, pending] = [await park('unknown_user', done), await park('unknown_user')];
    await park('unknown_user');
    const statusesOf = async (query: string) => (await list(query)).parkedEvents.map(({ status }: Json) => status);
    expect(await statusesOf(`?ids=${counted},${pending.toUpperCase()}`)).toEqual(['counted', 'pending']);
    expect(await statusesOf(`?ids=${counted},${pending}&status=pending`)).toEqual(['pending']);
    expect(await statusesOf(`?ids=${randomUUID()}`)).toEqual([]);
  });

  it.each([
    'ids=',
    'ids=1',
    `ids=${Array.from({ length: 101 }, () => randomUUID()).join(',')}`,
    'status=late',
    'reason=none',
    'clusterId=1',
    'cursor=x',
    'limit=501',
    'account=a',
  ])('refuses %s', async (query) => {
    expect((await api.get(`/v1/parked?${query}`)).status).toBe(400);
  });

  it('shows the beginning of what is too long to show', async () => {
    await park('unreadable_batch', { event: { payload: 'x'.repeat(1_000_000) } });
    const [shown] = (await list()).parkedEvents;
    expect(shown.event).toEqual({ tooLongToShow: 1_000_015, beginning: expect.stringMatching(/^\{"payload": "xxx/) });
  });
});

describe('POST /v1/parked/retry', () => {
  it('marks events by id or by what they wait for, and writes who wanted it', async () => {
    const [a, b, c] = [await park('unknown_user'), await park('conflict'), await park('no_rate')];
    const unknown = randomUUID();
    expect(await post('/v1/parked/retry', { ids: [a.toUpperCase(), a, unknown] })).toEqual({
      status: 202,
      body: { retrying: 1, left: 0, skipped: [unknown] },
    });
    expect(await post('/v1/parked/retry', { filter: { reason: 'conflict', clusterId } })).toMatchObject({
      body: { retrying: 1, left: 0, skipped: [] },
    });
    expect([(await rowOf(a))?.dueAt, (await rowOf(b))?.dueAt, (await rowOf(c))?.dueAt]).toEqual([
      expect.any(String),
      expect.any(String),
      null,
    ]);
    expect((await post('/v1/parked/retry', { filter: {} })).body.retrying).toBe(1);
    expect(await auditOf(a)).toMatchObject([
      { actorKind: 'service', actorId: 'service-role', action: 'retry_parked_event', requestId: 'request-7' },
    ]);
  });

  it.each([
    {},
    { ids: [] },
    { ids: ['x'] },
    { ids: [randomUUID()], filter: {} },
    { filter: { reason: 'x' } },
    { id: 1 },
  ])('refuses %j', async (body) => {
    const answer = await post('/v1/parked/retry', body);
    expect([answer.status, answer.body.code, answer.body.errors.length > 0]).toEqual([400, 'INVALID_REQUEST', true]);
  });
});

describe('POST /v1/parked/release', () => {
  it('marks implausible events with the reason, once', async () => {
    const [much, other] = [await park('implausible'), await park('conflict')];
    const body = { ids: [much, other], reason: 'a real training run' };
    expect(await post('/v1/parked/release', body)).toEqual({ status: 202, body: { released: 1, skipped: [other] } });
    expect((await post('/v1/parked/release', body)).body).toEqual({ released: 0, skipped: [much, other] });
    expect(await rowOf(much)).toMatchObject({
      status: 'pending',
      dueAt: expect.any(String),
      releasedAt: expect.any(String),
      releaseReason: 'a real training run',
      resolvedBy: 'service-role',
    });
    expect(await auditOf(much)).toMatchObject([{ action: 'release_parked_event', reason: 'a real training run' }]);
  });
});

describe('POST /v1/parked/give-up', () => {
  it('ends events with the reason, once', async () => {
    const id = await park('unknown_namespace');
    const body = { ids: [id], reason: 'a test cluster' };
    expect(await post('/v1/parked/give-up', body)).toEqual({
      status: 200,
      body: { dryRun: false, givenUp: 1, left: 0, skipped: [] },
    });
    expect(await post('/v1/parked/give-up', { ...body, reason: 'again' })).toMatchObject({ body: { skipped: [id] } });
    expect((await post('/v1/parked/retry', { ids: [id] })).body).toMatchObject({ retrying: 0, skipped: [id] });
    expect((await list('?status=given_up')).parkedEvents).toMatchObject([
      { id, resolution: 'a test cluster', resolvedBy: 'service-role', event: { id: 'e-1' } },
    ]);
    expect(await auditOf(id)).toMatchObject([{ action: 'give_up_parked_event', reason: 'a test cluster' }]);
  });

  it('tells how many a filter matches, and gives up those and no others', async () => {
    const other = await addCluster(api.tables, 'north');
    const of = (namespace: string, changes = {}) =>
      park('unknown_namespace', { event: { id: 'e-1', namespace }, parkedAt: '2026-11-22T12:00:00Z', ...changes });
    const meant = [await of('kube-system'), await of('kube-public')];
    const kept = [
      await of('kubeflow'),
      await of('kube%system'),
      await of('kube-late', { parkedAt: '2026-11-22T13:00:00Z' }),
      await of('kube-node', { hopsworksClusterId: other }),
      await of('kube-x', { reason: 'no_rate' }),
    ];
    const filter = { reason: 'unknown_namespace', clusterId, namespace: 'kube-*', before: '2026-11-22T12:30:00Z' };
    const body = { filter, reason: 'the platform itself' };
    expect(await post('/v1/parked/give-up', { ...body, dryRun: true })).toEqual({
      status: 200,
      body: { dryRun: true, givenUp: 0, left: 2, leftByReason: { unknown_namespace: 2 }, skipped: [] },
    });
    expect(await auditOf(meant[0] ?? '')).toEqual([]);
    expect((await list('?namespace=kube-*')).parkedEvents).toHaveLength(5);
    expect((await post('/v1/parked/give-up', body)).body).toMatchObject({ givenUp: 2, left: 0 });
    expect((await post('/v1/parked/give-up', body)).body).toMatchObject({ givenUp: 0, left: 0 });
    for (const id of meant) {
      expect(await rowOf(id)).toMatchObject({ status: 'given_up', resolution: 'the platform itself' });
      expect(await auditOf(id)).toMatchObject([{ action: 'give_up_parked_event', reason: 'the platform itself' }]);
    }
    for (const id of kept) expect((await rowOf(id))?.status).toBe('pending');
    expect((await post('/v1/parked/give-up', { filter: { namespace: 'kube%system' }, reason: 'x' })).body.givenUp).toBe(
      1,
    );
  });

  it.each([
    {},
    { filter: {} },
    { ids: [randomUUID()], filter: { reason: 'conflict' } },
    { filter: { before: 'noon' } },
  ])('refuses %j', async (body) => {
    expect((await post('/v1/parked/give-up', { ...body, reason: 'x' })).body.code).toBe('INVALID_REQUEST');
  });
});

it.each(['/v1/parked/release', '/v1/parked/give-up'])('%s needs a reason', async (url) => {
  const id = await park('implausible');
  for (const reason of [undefined, '', '  ', 'x'.repeat(501)])
    expect((await post(url, { ids: [id], reason })).body.errors).toMatchObject([{ pointer: '/reason' }]);
  expect(await rowOf(id)).toMatchObject({ status: 'pending', releasedAt: null });
});

it('takes as many ids as it says, and no more', async () => {
  const ids = Array.from({ length: 1_001 }, () => randomUUID());
  expect((await post('/v1/parked/give-up', { ids: ids.slice(1), reason: 'x'.repeat(500) })).status).toBe(200);
  expect((await post('/v1/parked/give-up', { ids, reason: 'x' })).status).toBe(400);
});
