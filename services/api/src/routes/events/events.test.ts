import { randomUUID } from 'node:crypto';
import { changeOwner, createProject, formatSource, handOverProject, type Pool, schema } from '@hopsmeter/db';
import { type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import {
  closeMonth,
  type ReportedUsage,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
} from '@hopsmeter/test/support/db/test-database.ts';
import { eventKeyOf, parseTime } from '@hopsmeter/usage';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: TestApi;
let issuer: TestIssuer;
let pool: Pool;
let seeded: SeededDirectory;

beforeAll(async () => {
  issuer = await startTestIssuer();
  api = await startTestApi({ people: issuer });
  pool = api.tables.$client;
  seeded = await seedDirectory(pool);
});
afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

const micros = (text: string): number => parseTime(text) ?? Number.NaN;

/** An hour of the member in the project `ml`. */
function hour(id: string, changes: Partial<ReportedUsage> = {}): ReportedUsage {
  const start = changes.start ?? micros('2026-11-20T13:00:00Z');
  return {
    id,
    clusterId: seeded.clusterId,
    namespace: 'ml',
    start,
    end: start + 3_600_000_000,
    quantity: '2',
    ...changes,
  };
}

/** What the test knows of the requests of a batch, which usage that is recorded for tests does not have. */
async function setRequests(eventId: string, requests: object): Promise<void> {
  const [event] = await api.tables.select().from(schema.usageEvents).where(eq(schema.usageEvents.eventId, eventId));
  const batches = schema.usageBatches;
  await api.tables
    .update(batches)
    .set({ requests })
    .where(eq(batches.id, event?.usageBatchId ?? ''));
}

const ownSource = (clusterId = seeded.clusterId, sourcePath = ''): string => formatSource({ clusterId, sourcePath });

async function ask(url: string, sub?: string): Promise<{ readonly status: number; readonly body: Json }> {
  const token = sub === undefined ? TEST_KEY : await issuer.sign({ sub });
  const answer = await api.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
  return { status: answer.statusCode, body: answer.json() };
}

let listening: Promise<string> | undefined;

/** Where the api listens; it does so from the first call on. */
function address(): Promise<string> {
  listening ??= api.app.listen({ port: 0, host: '127.0.0.1' });
  return listening;
}

const receiptUrl = (id: string, source?: string): string =>
  `/v1/events/${encodeURIComponent(id)}${source === undefined ? '' : `?source=${encodeURIComponent(source)}`}`;

const receiptOf = (id: string, sub?: string) => ask(receiptUrl(id, ownSource()), sub);

async function park(id: string, changes: Partial<typeof schema.parkedEvents.$inferInsert> = {}): Promise<void> {
  const { clusterId } = seeded;
  await api.tables.insert(schema.parkedEvents).values({
    eventKey: eventKeyOf(clusterId, { id, sourcePath: '' }),
    contentHash: 77n,
    usageBatchId: randomUUID(),
    position: 0,
    hopsworksClusterId: clusterId,
    sourcePath: '',
    eventId: id,
    reason: 'unknown_namespace',
    detail: 'no project has the namespace churn at that time',
    event: {
      id,
      type: 'compute',
      namespace: 'churn',
      start: '2026-11-20T13:00:00Z',
      end: '2026-11-20T14:00:00Z',
      usages: [{ meter: 'cpu_hours', quantity: '1.5' }],
    },
    ...changes,
  });
}

describe('GET /v1/receipt', () => {
  it.each(['.', '..', 'plain'])('explains the event with the id %j over a real connection', async (id) => {
    await park(id);
    const url = await address();
    const query = new URLSearchParams({ id, source: ownSource() });
    const answer = await fetch(`${url}/v1/receipt?${query}`, { headers: { authorization: `Bearer ${TEST_KEY}` } });
    expect(await answer.json()).toMatchObject({ event: { id }, verdict: { code: 'parked' } });
  });
});

describe('GET /v1/events/{id}', () => {
  it('walks one event from acceptance to statement', async () => {
    await recordUsage(pool, [hour('first'), hour('walk', { quantity: '3' })]);
    const [key] = await api.tables
      .insert(schema.clusterKeys)
      .values({ hopsworksClusterId: seeded.clusterId, prefix: 'hwm_live_abcd', hash: Buffer.alloc(32, 7) })
      .returning({ id: schema.clusterKeys.id });
    const receivedAt = '2026-11-20T14:01:02.000003Z';
    await setRequests('walk', [
      { requestId: 'request-1', clusterId: seeded.clusterId, clusterKeyId: key?.id, receivedAt: 'then', eventCount: 1 },
      { requestId: 'request-2', clusterId: seeded.clusterId, clusterKeyId: key?.id, receivedAt, eventCount: 1 },
    ]);
    const { status, body } = await receiptOf('walk');
    expect([status, body.event]).toEqual([
      200,
      {
        id: 'walk',
        source: ownSource(),
        clusterId: seeded.clusterId,
        clusterName: 'east',
        type: 'meter',
        windowStartedAt: '2026-11-20T13:00:00.000000Z',
        windowEndedAt: '2026-11-20T14:00:00.000000Z',
      },
    ]);
    expect(body.verdict).toEqual({ code: 'counted', sentence: 'Counted once.', conflictCount: 0, equalCopyCount: 0 });
    expect(body.received).toMatchObject({
      receivedAt,
      requestId: 'request-2',
      clusterKey: { id: key?.id, prefix: 'hwm_live_abcd' },
      batch: { position: 1, eventCount: 2, countedCount: 2, duplicateCount: 0, parkedCount: 0 },
    });
    expect(JSON.stringify(body)).not.toContain('hash');
    expect(body.said).toMatchObject({ subject: null, namespace: 'ml', quantities: [{ quantity: '3.000000000000' }] });
    expect(body.attributions).toEqual([
      {
        accountOwnerId: 'auth0|owner',
        accountName: 'owner@example.com',
        userId: 'auth0|member',
        userName: 'member@example.com',
        projectId: seeded.projectId,
        attributedBy: 'namespace',
        rule: expect.stringMatching(/^The event named no user.* project ml.*was a member of owner@example.com/),
        project: {
          namespace: 'ml',
          userId: 'auth0|member',
          startedAt: null,
          endedAt: null,
          userCount: 1,
          heldSeconds: '3600',
          windowSeconds: '3600',
        },
        ownership: { accountOwnerId: 'auth0|owner', startedAt: null, endedAt: null },
        isCurrent: true,
      },
    ]);
    const place = { usageDate: '2026-11-20', bookedOn: '2026-11-20', accountOwnerId: 'auth0|owner' };
    expect(body.parts).toMatchObject([
      {
        part: 0,
        ...place,
        adjustment: null,
        why: 'Usage as it was reported, booked on its own day.',
        bookings: [
          {
            meter: 'cpu_hours',
            quantity: '3.000000000000',
            costExact: '1.050000000000',
            rollup: { ...place, quantity: '5.000000000000', costExact: '1.750000000000', eventCount: '2' },
            price: {
              price: '0.350000000000',
              rate: { validFrom: expect.any(String), rateCardName: expect.any(String) },
              override: null,
              sentence: expect.stringMatching(/^0\.35 USD for 1 of cpu_hours: rate card \S+, rate from 20/),
            },
          },
        ],
        statement: { accountOwnerId: 'auth0|owner', month: '2026-11', status: 'open', number: null, closedAt: null },
      },
    ]);
    expect([body.costExact, body.totals[0].costExact]).toEqual(['1.050000000000', '1.050000000000']);
    expect(body.corrections).toEqual({ rootId: null, chain: [] });
  });

  it('says who had the namespace longest, where it changed hands in the window', async () => {
    const change = { actor: { kind: 'service', id: 'test' }, requestId: 'test' } as const;
    const project = { clusterId: seeded.clusterId, namespace: 'shared', userId: 'auth0|member' };
    const projectId = (await createProject(pool, change, project)).value.id;
    await recordUsage(pool, [hour('shared', { namespace: 'shared' })]);
    const from = '2026-11-20T13:20:00Z';
    await handOverProject(pool, change, { projectId, userId: 'auth0|owner', from, reason: 'for a test' });
    const attributions = (await receiptOf('shared')).body.attributions;
    expect(attributions).toMatchObject([
      {
        userId: 'auth0|owner',
        project: { startedAt: '2026-11-20T13:20:00.000000Z', userCount: 2, heldSeconds: '2400', windowSeconds: '3600' },
      },
    ]);
    expect(attributions[0].rule).toContain(
      'had 2 users in the window, and this one had it longest: 40 min of its 1 h.',
    );
  });

  it('rounds the share of an event once, whatever the price is for', async () => {
    // 1 ÷ 720 of half a dollar is 0.000694444444…; a hair above a half must go up.
    await recordUsage(pool, [
      hour('third', { meter: 'online_storage_gb_hours', quantity: '1' }),
      hour('tiny', { meter: 'online_storage_gb_hours', quantity: '0.000000000720' }),
      hour('half', { meter: 'online_storage_gb_hours', quantity: '0.000000000721' }),
    ]);
    const costOf = async (id: string) => (await receiptOf(id)).body.costExact;
    expect(await costOf('third')).toBe('0.000694444444');
    expect(await costOf('tiny')).toBe('0.000000000001');
    expect(await costOf('half')).toBe('0.000000000001');
  });

  it.each([
    ['a slash', 'a/b'],
    ['only a slash', '/'],
    ['a bar', 'a|b'],
    ['letters of any script', 'é 🦘'],
    ['a percent sign', '100%'],
    ['what looks encoded', '%2F'],
    ['what ends a path', 'a?b#c'],
    ['dots', '..x'],
    ['quotes and braces', '"\\{},'],
    ['the greatest length', '🦘'.repeat(128)],
  ])('finds an id with %s by its encoded path', async (_name, id) => {
    await recordUsage(pool, [hour(id)]);
    for (const url of [receiptUrl(id, ownSource()), receiptUrl(id)])
      expect(await ask(url)).toMatchObject({ status: 200, body: { event: { id, source: ownSource() } } });
  });

  it('asks for the source where several have the id, and lists them', async () => {
    const other = seeded.emptyClusterId;
    await recordUsage(pool, [hour('twin')]);
    await park('twin', { eventKey: eventKeyOf(other, { id: 'twin', sourcePath: '' }), hopsworksClusterId: other });
    const { status, body } = await ask(receiptUrl('twin'));
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.errors).toEqual(
      [ownSource(), ownSource(other)]
        .sort()
        .map((detail) => ({ parameter: 'source', code: 'AMBIGUOUS_EVENT', detail })),
    );
    expect((await ask(receiptUrl('twin', ownSource(other)))).body.verdict.code).toBe('parked');
    // An owner sees one of them only, so there is nothing to choose.
    expect((await ask(receiptUrl('twin'), 'auth0|owner')).body.event.source).toBe(ownSource());
  });

  it('finds what has a source below its cluster by that source only', async () => {
    const sourcePath = '/reader:1';
    await park('below', { eventKey: eventKeyOf(seeded.clusterId, { id: 'below', sourcePath }), sourcePath });
    expect((await ask(receiptUrl('below', ownSource(seeded.clusterId, sourcePath)))).body.event.source).toBe(
      ownSource(seeded.clusterId, sourcePath),
    );
    expect((await ask(receiptUrl('below'))).status).toBe(404);
    expect((await ask(receiptUrl('below', ownSource()))).status).toBe(404);
  });

  it('shows what is only parked, and what a person decided about it, to staff', async () => {
    await park('waits');
    const { body } = await receiptOf('waits');
    expect(body).toMatchObject({
      event: { type: 'compute', windowStartedAt: '2026-11-20T13:00:00Z' },
      verdict: {
        code: 'parked',
        sentence: 'Not counted yet. It waits (unknown_namespace): no project has the namespace churn at that time.',
      },
      said: { namespace: 'churn', quantities: [{ meter: 'cpu_hours', quantity: '1.500000000000' }] },
      attributions: [],
      parts: [],
      costExact: '0.000000000000',
      parked: [{ reason: 'unknown_namespace', status: 'pending', isSameContent: null, event: { namespace: 'churn' } }],
    });
    const ended = {
      status: 'given_up',
      parkedAt: '2026-11-20T14:00:00Z',
      resolvedAt: '2026-11-21T00:00:00Z',
      resolvedBy: 'auth0|staff',
    };
    await park('ended', { ...ended, resolution: 'a test cluster' });
    expect((await receiptOf('ended')).body.verdict).toMatchObject({
      code: 'given_up',
      sentence: 'Given up by auth0|staff: a test cluster.',
    });
    const bad = { clusterId: null, hopsworksClusterId: null, eventKey: randomUUID(), event: { payload: 'x' } };
    await park('job 7', { ...bad, reason: 'unreadable_batch' });
    expect((await ask(receiptUrl('job 7'))).body).toMatchObject({ event: { source: null }, said: null });
    expect((await receiptOf('waits', 'auth0|owner')).status).toBe(404);
  });

  it('tells of copies that say something else, and keeps them from owners', async () => {
    await recordUsage(pool, [hour('twice')]);
    await park('twice', { reason: 'conflict', detail: 'the ledger holds another content under this identity' });
    const staff = (await receiptOf('twice')).body;
    expect(staff.verdict).toMatchObject({ code: 'counted', conflictCount: 1 });
    expect(staff.parked).toMatchObject([{ reason: 'conflict', isSameContent: false, event: { namespace: 'churn' } }]);
    const owner = (await receiptOf('twice', 'auth0|owner')).body;
    expect([owner.verdict.conflictCount, owner.parked]).toEqual([1, []]);
  });

  it('shows each account its own rows of what changed hands, and says why late usage is booked later', async () => {
    const start = micros('2026-10-10T10:00:00Z');
    await recordUsage(pool, [hour('moved', { start })]);
    await closeMonth(pool, 'auth0|owner', '2026-10-01');
    await recordUsage(pool, [hour('late', { start })]);
    const late = (await receiptOf('late')).body.parts[0];
    expect(late).toMatchObject({
      usageDate: '2026-10-10',
      bookedOn: '2026-11-01',
      why: 'Usage as it was reported; 2026-10 was closed with statement 1 before, so it is booked in 2026-11.',
      statement: { month: '2026-11', status: 'open' },
    });
    const change = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'r' } as const;
    const from = '2026-10-09T00:00:00Z';
    const move = { userId: 'auth0|member', accountOwnerId: 'auth0|other', from, reason: 'agreed' };
    await changeOwner(pool, change, move);
    const partsOf = async (sub?: string) =>
      (await receiptOf('moved', sub)).body.parts.map(({ adjustment, accountOwnerId, statement }: Json) =>
        [adjustment, accountOwnerId, statement.number].join(' '),
      );
    const ofOwner = [' auth0|owner 1', 'reversal auth0|owner '];
    expect(await partsOf()).toEqual([...ofOwner, 'move auth0|other ']);
    expect(await partsOf('auth0|owner')).toEqual(ofOwner);
    expect(await partsOf('auth0|other')).toEqual(['move auth0|other ']);
    const { attributions } = (await receiptOf('moved', 'auth0|owner')).body;
    expect(attributions).toMatchObject([{ accountOwnerId: 'auth0|owner', ownership: null, isCurrent: false }]);
    expect(JSON.stringify(attributions)).not.toContain('other');
    expect((await receiptOf('moved')).body).toMatchObject({
      costExact: '0.700000000000',
      attributions: [{ isCurrent: false }, { accountOwnerId: 'auth0|other', isCurrent: true }],
    });
    await changeOwner(pool, change, { ...move, accountOwnerId: 'auth0|owner' });
  });

  it("answers 404 to what is missing and to what is somebody else's alike, and 403 to members", async () => {
    await recordUsage(pool, [hour('private')]);
    const [unknown, foreign] = [await receiptOf('nothing'), await receiptOf('private', 'auth0|other')];
    expect([unknown.status, foreign.status, unknown.body.code]).toEqual([404, 404, 'NOT_FOUND']);
    expect(foreign.body.detail).toBe(unknown.body.detail);
    expect(unknown.body.detail).toBe('there is no event with this id under this source');
    expect((await receiptOf('private', 'auth0|member')).status).toBe(403);
    const own = (await receiptOf('private', 'auth0|owner')).body;
    expect([own.received.clusterKey, own.parts.length]).toEqual([null, 1]);
  });

  it.each([
    ['a source of nobody', '/v1/events/x?source=urn:x', 'INVALID_TEXT'],
    ['no source where one is named', '/v1/events/x?source=', 'INVALID_TEXT'],
    ['an id that is too long', `/v1/events/${'x'.repeat(257)}`, 'INVALID_TEXT'],
    ['a control character', '/v1/events/%00', 'INVALID_TEXT'],
    ['another parameter', '/v1/events/x?Source=urn', 'UNKNOWN_PARAMETER'],
  ])('refuses %s', async (_name, url, code) => {
    const { status, body } = await ask(url);
    expect([status, body.errors?.[0]?.code]).toEqual([400, code]);
  });
});

describe('GET /v1/events', () => {
  const DAY = 'from=2026-11-18&to=2026-11-19';

  it('is read page by page, the newest first, each row once, as it is behind the row of the rollup', async () => {
    const at = (minute: number) => micros('2026-11-18T00:00:00Z') + minute * 60_000_000;
    const usages = Array.from({ length: 25 }, (_, i) =>
      hour(`s-${i}`, { start: at(i), end: at(i + 1), quantity: '0.1' }),
    );
    await recordUsage(pool, [...usages, hour('s-own', { start: at(7), subject: 'auth0|other', namespace: undefined })]);
    const seen: Json[] = [];
    const filter = 'account=auth0%7Cowner&meter=cpu_hours&user=auth0%7Cmember&bookedOn=2026-11-18';
    const url = `/v1/events?${DAY}&limit=4&${filter}&project=${seeded.projectId}&cluster=${seeded.clusterId}`;
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { body } = await ask(`${url}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.events);
      cursor = body.nextCursor;
    }
    expect(seen.map(({ id }) => id)).toEqual(usages.map(({ id }) => id).reverse());
    expect(seen[0]).toEqual({
      id: 's-24',
      source: ownSource(),
      clusterId: seeded.clusterId,
      type: 'meter',
      usageDate: '2026-11-18',
      bookedOn: '2026-11-18',
      accountOwnerId: 'auth0|owner',
      userId: 'auth0|member',
      projectId: seeded.projectId,
      meters: [{ meter: 'cpu_hours', quantity: '0.100000000000', quantityExact: '0.1' }],
      windowStartedAt: '2026-11-18T00:24:00.000000Z',
      windowEndedAt: '2026-11-18T00:25:00.000000Z',
      adjustment: null,
      receivedAt: expect.stringMatching(/Z$/),
    });
    const idsOf = async (query: string) => (await ask(`/v1/events?${query}`)).body.events.map(({ id }: Json) => id);
    expect(await idsOf(`${DAY}&project=none`)).toEqual(['s-own']);
    expect(await idsOf(`${DAY}&meter=gpu_hours`)).toEqual([]);
    expect(await idsOf(`${DAY}&bookedOn=2026-12-01`)).toEqual([]);
    expect(await idsOf(`${DAY}&hour=2026-11-18T00:00:00Z`)).toEqual(await idsOf(DAY));
    expect(await idsOf(`${DAY}&hour=2026-11-18T01:00:00Z`)).toEqual([]);
    expect(await idsOf('from=2026-11-01&to=2026-11-20&limit=1')).toEqual(['s-24']);
  });

  it('shows an owner their own account only', async () => {
    expect((await ask(`/v1/events?${DAY}&account=auth0%7Cother`, 'auth0|other')).body.events).toHaveLength(1);
    for (const query of [DAY, `${DAY}&account=auth0%7Cowner`])
      expect((await ask(`/v1/events?${query}`, 'auth0|other')).status).toBe(403);
  });

  it.each([
    ['from=2026-09-01&to=2026-10-03', 'RANGE_TOO_LONG'],
    ['from=2026-09-01&to=2026-09-01', 'INVALID_RANGE'],
    ['from=2026-09-01', 'MISSING_PARAMETER'],
    ['from=2026-09-01&to=2026-09-02&hour=2026-09-01T13:30:00Z', 'INVALID_CHOICE'],
    [`${DAY}&limit=501`, 'INVALID_LIMIT'],
    [`${DAY}&cursor=WyJ4Il0`, 'INVALID_CURSOR'],
    [`${DAY}&project=x`, 'INVALID_TEXT'],
  ])('refuses %s', async (query, code) => {
    const { status, body } = await ask(`/v1/events?${query}`);
    expect([status, body.errors?.[0]?.code]).toEqual([400, code]);
  });
});
