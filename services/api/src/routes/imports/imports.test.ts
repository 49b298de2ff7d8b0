import { schema } from '@hopsmeter/db';
import { addCluster, type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const HEADER = 'id,cluster,namespace,subject,meter,quantity,windowStart,windowEnd';
const HOUR = '2026-11-22T10:00:00Z,2026-11-22T11:00:00Z';

let api: TestApi;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi();
  clusterId = await addCluster(api.tables, 'east');
  await api.tables.insert(schema.users).values({ id: OWNER });
  await api.tables
    .insert(schema.accountOwnerships)
    .values({ userId: OWNER, accountOwnerId: OWNER, startedAt: '-infinity' })
    .onConflictDoNothing();
  await api.tables
    .insert(schema.userHopsworksAssignments)
    .values({ userId: OWNER, hopsworksClusterId: clusterId, startedAt: '-infinity' });
});
afterAll(() => api?.close());

async function post(
  file: string | Buffer,
  query = 'dryRun=true',
  type = 'text/csv; charset=utf-8',
): Promise<{ status: number; body: Json }> {
  const answer = await api.app.inject({
    method: 'POST',
    url: `/v1/usage-imports?reason=an%20outage&${query}`,
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': type },
    payload: file,
  });
  return { status: answer.statusCode, body: answer.json() };
}

const fileOf = (...rows: string[]) => [HEADER, ...rows].join('\r\n');

it('tells what rows would be counted as, by account, and records nothing', async () => {
  const file = fileOf(
    `a,east,,${OWNER},cpu_hours,1.5,${HOUR}`,
    `b,${clusterId},,"${OWNER}",cpu_hours,"2",${HOUR}`,
    `c,east,,${OWNER},gpu_hours,1,${HOUR}`,
    `d,east,nowhere,,cpu_hours,1,${HOUR}`,
  );
  expect(await post(`\ufeff${file}\r\n`)).toEqual({
    status: 200,
    body: {
      dryRun: true,
      importId: null,
      rowCount: 4,
      accounts: [
        {
          accountOwnerId: OWNER,
          costExact: '4.725000000000',
          usages: [
            { meter: 'cpu_hours', quantity: '3.500000000000', costExact: '1.225000000000', rowCount: 2 },
            { meter: 'gpu_hours', quantity: '1.000000000000', costExact: '3.500000000000', rowCount: 1 },
          ],
        },
      ],
      aside: [{ row: 5, reason: 'unknown_namespace', detail: expect.stringContaining('nowhere') }],
    },
  });
  expect(await api.tables.select().from(schema.parkedEvents)).toEqual([]);
});

it('names every wrong cell by its row and column, and records none of the others', async () => {
  const file = fileOf(
    `a,east,,${OWNER},cpu_hours,1,${HOUR}`,
    `,west,,${OWNER},cpu_hours,-1,${HOUR}`,
    `a,east,,${OWNER},cpu_hours,1,${HOUR}`,
    `e,east,,,cpu_hours,x,2026-11-22T11:00:00Z,2026-11-22T10:00:00Z`,
    `f,east,,${OWNER},cpu_hours,1,noon,2026-11-22T11:00:00Z`,
    `g,east,,${OWNER},,,2020-11-22T10:00:00Z,2020-11-22T11:00:00Z`,
  );
  const { status, body } = await post(file, '');
  expect([status, body.code]).toEqual([400, 'INVALID_ROWS']);
  expect(body.errors.map(({ pointer, code }: Json) => `${pointer} ${code}`)).toEqual([
    '/3/cluster UNKNOWN_REFERENCE',
    '/3/id MISSING_FIELD',
    '/4/id REPEATED_ID',
    '/5/subject MISSING_FIELD',
    '/5/windowEnd INVALID_WINDOW',
    '/5/quantity INVALID_QUANTITY',
    '/6/windowStart INVALID_TIME',
    '/7/meter MISSING_FIELD',
    '/7/quantity MISSING_FIELD',
  ]);
  expect(await api.tables.select().from(schema.parkedEvents)).toEqual([]);
});

it('records the rows as a batch that names who imported them, once', async () => {
  const file = fileOf(`k,east,,${OWNER},cpu_hours,1,${HOUR}`, `l,east,,${OWNER},cpu_hours,2,${HOUR}`);
  const { status, body } = await post(file, 'dryRun=false');
  expect([status, body.dryRun, body.aside]).toEqual([200, false, []]);
  const [batch] = await api.tables.select().from(schema.usageBatches).where(eq(schema.usageBatches.id, body.importId));
  expect(batch).toMatchObject({ eventCount: 2, parkedCount: 2, requests: [{ enteredBy: 'service-role' }] });
  const parked = await api.tables.select().from(schema.parkedEvents);
  expect(parked).toMatchObject([
    { reason: 'entered', dueAt: expect.any(String), sourcePath: '/imports' },
    { reason: 'entered', dueAt: expect.any(String), sourcePath: '/imports' },
  ]);
  expect((await post(file, '')).body).toMatchObject({
    accounts: [],
    aside: [{ reason: 'duplicate' }, { reason: 'duplicate' }],
  });
  expect(await api.tables.select().from(schema.parkedEvents)).toHaveLength(2);
});

it('answers more requests at once than the api has connections', async () => {
  const file = fileOf(`m,east,,${OWNER},cpu_hours,1,${HOUR}`);
  const answers = await Promise.all(Array.from({ length: 12 }, () => post(file)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});

describe('a file', () => {
  it.each([
    ['without a header', ''],
    ['without rows', HEADER],
    ['with a column too many', `${HEADER},price\n`],
    ['with a column twice', `${HEADER},id\n`],
    ['without a column', 'id,cluster\na,b'],
    ['with a row that is too short', `${HEADER}\na,east`],
    ['with an open quote', `${HEADER}\n"a,east`],
    ['that is not UTF-8', Buffer.from([0xff, 0xfe, 0x41])],
  ])('%s is refused', async (_what, file) => {
    const { status, body } = await post(file);
    expect([status, body.code]).toEqual([
      400,
      file === '' ? expect.stringMatching(/^INVALID_(ROWS|REQUEST)$/) : 'INVALID_ROWS',
    ]);
  });

  it('of too many rows or bytes is refused, as is what is no CSV', async () => {
    const row = `a,east,,${OWNER},cpu_hours,1,${HOUR}`;
    const rows = fileOf(...Array.from({ length: 5_001 }, () => row));
    expect(await post(rows)).toMatchObject({ status: 413, body: { code: 'TOO_MANY_EVENTS' } });
    expect(await post('x'.repeat(2_097_153))).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    expect(await post('{}', '', 'application/json')).toMatchObject({ status: 415 });
  });

  it('needs a reason', async () => {
    const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'text/csv' };
    const answer = await api.app.inject({ method: 'POST', url: '/v1/usage-imports', headers, payload: HEADER });
    expect(answer.json().errors).toMatchObject([{ parameter: 'reason', code: 'MISSING_PARAMETER' }]);
  });
});
