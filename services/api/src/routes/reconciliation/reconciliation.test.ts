import { randomUUID } from 'node:crypto';
import { checkNextDay, createPool, type Pool, schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ADA = 'auth0|ada';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const DAY = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
const NEXT = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);

let api: TestApi;
let pool: Pool;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi({ requestsPerMinute: 1_000_000 });
  clusterId = await addCluster(api.tables, 'east');
  await api.tables.insert(schema.users).values({ id: ADA });
  const { rows } = await api.tables.execute<{ name: string }>(sql`select current_database() as name`);
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${rows[0]?.name}`;
  pool = createPool({ url: url.href, connectionsMax: 2, onIdleError: () => undefined });
});
afterAll(async () => {
  await pool?.end();
  await api?.close();
});

async function post(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json', 'x-request-id': 'request-7' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** What a worker does. */
async function work(): Promise<void> {
  while ((await checkNextDay(pool)) === 'checked');
}

it('asks for a comparison, reads what it found, and repairs it with a reason', async () => {
  // Nothing of it is in the ledger.
  await addUsage(api.tables, [{ day: DAY, owner: ADA, cluster: clusterId, quantity: '2' }]);
  const asked = await post('/v1/reconciliations', { from: DAY, to: NEXT });
  expect(asked).toMatchObject({
    status: 202,
    body: { kind: 'requested', requestedBy: 'service-role', status: 'waiting', from: DAY, to: NEXT, dayCount: 1 },
  });
  expect((await post('/v1/reconciliations', { from: DAY, to: NEXT })).body.id).toBe(asked.body.id);
  const url = `/v1/reconciliations/${asked.body.id}`;
  expect((await post(`${url}/repair`, { reason: 'too early' })).body.code).toBe('RECONCILIATION_RUNNING');
  await work();

  const { body } = await api.get(url);
  expect(body).toMatchObject({
    status: 'done',
    differingRows: '1',
    differingDays: [DAY],
    costDifference: '0.700000000000',
  });
  expect(body.differences).toMatchObject([
    {
      kind: 'unexpected',
      accountOwnerId: ADA,
      ledgerQuantity: null,
      rollupQuantity: '2',
      isClosed: false,
    },
  ]);
  expect((await api.get('/v1/reconciliations')).body.reconciliations).toMatchObject([{ id: asked.body.id }]);

  expect((await post(`${url}/repair`, {})).status).toBe(400);
  expect((await post(`${url}/repair`, { reason: ' ' })).status).toBe(400);
  const repaired = await post(`${url}/repair`, { reason: 'was added by hand' });
  expect(repaired).toMatchObject({
    status: 200,
    body: { repairedRows: 1, closedRows: 0, unpricedRows: 0, leftDays: 0 },
  });
  expect(repaired.body.rows).toMatchObject([{ outcome: 'gone', kind: 'unexpected' }]);
  expect((await post(`${url}/repair`, { reason: 'again' })).body).toMatchObject({ repairedRows: 0, rows: [] });
  expect(await api.tables.select().from(schema.usageDaily)).toEqual([]);
  const entries = api.tables.select().from(schema.auditLog).where(eq(schema.auditLog.entityId, asked.body.id));
  expect(await entries).toMatchObject([
    { action: 'repair_usage_daily', actorId: 'service-role', reason: 'was added by hand', requestId: 'request-7' },
  ]);
});

it('is read page by page, the newest first', async () => {
  for (const to of [NEXT, new Date().toISOString().slice(0, 10)]) await post('/v1/reconciliations', { from: DAY, to });
  const all = (await api.get('/v1/reconciliations')).body.reconciliations.map(({ id }: Json) => id);
  const seen: string[] = [];
  for (let query: string | undefined = '?limit=1'; query !== undefined; ) {
    const { reconciliations, nextCursor }: Json = (await api.get(`/v1/reconciliations${query}`)).body;
    seen.push(...reconciliations.map(({ id }: Json) => id));
    query = nextCursor === undefined ? undefined : `?limit=1&cursor=${nextCursor}`;
  }
  expect([seen, seen.length]).toEqual([all, 3]);
  await work();
});

it.each([
  [{ from: DAY }, 'INVALID_REQUEST'],
  [{ from: DAY, to: '2026-02-30' }, 'INVALID_REQUEST'],
  [{ from: NEXT, to: DAY }, 'INVALID_REQUEST'],
  [{ from: '2020-01-01', to: DAY }, 'MOMENT_TOO_OLD'],
  [{ from: DAY, to: '2190-01-01' }, 'MOMENT_IN_FUTURE'],
])('refuses %j', async (body, code) => {
  expect(await post('/v1/reconciliations', body)).toMatchObject({ status: 400, body: { code } });
});

it('knows no comparison that was never made', async () => {
  expect((await api.get(`/v1/reconciliations/${NOBODY}`)).status).toBe(404);
  expect((await post(`/v1/reconciliations/${NOBODY}/repair`, { reason: 'x' })).status).toBe(404);
  expect((await api.get('/v1/reconciliations/nope')).status).toBe(400);
});

it('shows the grid of clusters and hours', async () => {
  const hour = `${DAY}T05:00:00Z`;
  await api.tables.insert(schema.clusterHours).values({
    hopsworksClusterId: clusterId,
    hour,
    sourcePath: '',
    usageDate: DAY,
    eventCount: 3n,
    sums: {},
    lastWindowEndedAt: `${DAY}T06:00:00Z`,
    checkedAt: hour,
  });
  const manifest = {
    contentHash: 1n,
    hopsworksClusterId: clusterId,
    windowStartedAt: `${DAY}T06:00:00Z`,
    windowEndedAt: `${DAY}T07:00:00Z`,
    eventCount: 0n,
    sums: {},
  };
  const reason = 'RonDB did not answer';
  await api.tables.insert(schema.clusterManifests).values([
    { ...manifest, eventKey: randomUUID(), sourcePath: '/collector/compute' },
    { ...manifest, eventKey: randomUUID(), sourcePath: '/collector/online-storage', missingReason: reason },
  ]);
  const { status, body } = await api.get(`/v1/coverage?from=${DAY}&to=${NEXT}&clusterId=${clusterId}`);
  expect([status, body.from, body.to, body.checkedAt]).toEqual([200, DAY, NEXT, expect.stringMatching(/Z$/)]);
  const [cluster] = body.clusters;
  expect(cluster).toMatchObject({ clusterId, clusterName: 'east', cells: { length: 24 } });
  const cell = { hour, state: 'unreported', counted: '3', reported: null, parked: '0', overlappingUsage: '0' };
  expect(cluster.cells[5]).toEqual({ ...cell, sources: [{ sourcePath: '', state: 'unreported', reason: null }] });
  expect(cluster.cells[6]).toMatchObject({
    state: 'missing',
    reported: '0',
    sources: [{ sourcePath: '/collector/online-storage', state: 'missing', reason }, { state: 'unchecked' }],
  });
  expect(cluster.missingHours).toEqual(cluster.cells.slice(6).map(({ hour: missing }: Json) => missing));
  expect((await api.get(`/v1/coverage?from=${DAY}&to=${NEXT}`)).body.clusters).toHaveLength(1);
});

it.each([
  [`from=${NEXT}&to=${DAY}`, 'INVALID_RANGE'],
  ['from=2026-01-01&to=2026-03-01', 'RANGE_TOO_LONG'],
  [`from=${DAY}`, 'MISSING_PARAMETER'],
  [`from=${DAY}&to=${NEXT}&clusterId=1`, 'INVALID_TEXT'],
])('refuses a grid of %s', async (query, code) => {
  expect(await api.get(`/v1/coverage?${query}`)).toMatchObject({ status: 400, body: { errors: [{ code }] } });
});

it('refuses a grid that is too large', async () => {
  await api.tables
    .insert(schema.hopsworksClusters)
    .values(Array.from({ length: 30 }, (_, i) => ({ name: `cluster ${i}`, maxUsers: 1 })));
  const range = 'from=2026-01-01&to=2026-02-01';
  expect((await api.get(`/v1/coverage?${range}`)).body.errors).toMatchObject([{ code: 'TOO_MANY_GROUPS' }]);
  expect((await api.get(`/v1/coverage?${range}&clusterId=${clusterId}`)).status).toBe(200);
});
