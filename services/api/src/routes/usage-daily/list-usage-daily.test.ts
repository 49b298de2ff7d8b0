import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
  type Usage,
} from '@hopsmeter/test/support/api/test-api.ts';
import { parseQuantity } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageDailyCursor } from './usage-daily-cursor.ts';

const OWNERS = ['auth0|ada', 'google-oauth2|eve'] as const;
const EVIL = '=HYPERLINK("https://evil.example"),"x"';

let api: TestApi;
const usages: Usage[] = [];
let clusters: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  await tables.insert(schema.users).values([{ id: OWNERS[0], name: EVIL }, { id: OWNERS[1] }]);
  await tables.insert(schema.users).values([{ id: '@sum', name: 'a\r\nb', accountOwnerId: OWNERS[0] }]);
  clusters = [await addCluster(tables, 'eu-1'), await addCluster(tables, 'us-1')];
  const projects = await tables
    .insert(schema.projects)
    .values(clusters.map((id, n) => ({ hopsworksClusterId: id, namespace: `space-${n}`, userId: OWNERS[0] })))
    .returning({ id: schema.projects.id });
  for (const day of ['2026-11-01', '2026-11-02', '2026-11-30'])
    for (const owner of OWNERS)
      for (const user of owner === OWNERS[0] ? [owner, '@sum'] : [owner])
        for (const [place, cluster] of clusters.entries())
          for (const project of [undefined, projects[place]?.id])
            for (const meter of ['cpu_hours', 'ram_gb_hours']) {
              const quantity = `${usages.length % 7}.${String(987_654_321 * (usages.length + 1))
                .padStart(12, '0')
                .slice(-12)}`;
              usages.push({ day, owner, user, cluster, project, meter, quantity });
            }
  await addUsage(tables, usages);
  await addUsage(tables, [{ day: '2026-12-01', owner: OWNERS[0], cluster: clusters[0] ?? '', quantity: '1' }]);
});

afterAll(() => api?.close());

const NOVEMBER = 'from=2026-11-01&to=2026-12-01';
const list = async (query: string) => {
  const { status, body } = await api.get(`/v1/usage-daily?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const askCsv = (query: string, accept = 'text/csv') =>
  api.app.inject({
    url: `/v1/usage-daily?${query}`,
    headers: { authorization: `Bearer ${TEST_KEY}`, accept },
  });

describe('pages', () => {
  it.each([1, 2, 7, 24, 71, 72, 73, 1_000])('of %i show each row once, in order', async (limit) => {
    const whole = await list(`${NOVEMBER}&limit=1000`);
    expect(whole.rows).toHaveLength(usages.length);
    const seen: Json[] = [];
    let cursor = '';
    do {
      const { rows, nextCursor } = await list(`${NOVEMBER}&limit=${limit}${cursor}`);
      expect(rows.length).toBeLessThanOrEqual(limit);
      seen.push(...rows);
      cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(whole.rows);
  });

  it.each([
    ['account', OWNERS[1], (row: Json) => row.accountOwnerId === OWNERS[1]],
    ['user', '@sum', (row: Json) => row.userId === '@sum'],
    ['project', 'none', (row: Json) => row.projectId === null],
    ['meter', 'cpu_hours', (row: Json) => row.meter === 'cpu_hours'],
  ])('hold what is asked for only: %s', async (name, value, isWanted) => {
    const { rows } = await list(`${NOVEMBER}&limit=1000`);
    const filtered = await list(`${NOVEMBER}&limit=1000&${name}=${encodeURIComponent(value)}`);
    expect(filtered.rows).toEqual(rows.filter(isWanted));
    expect(filtered.rows.length).toBeGreaterThan(0);
  });
});

it('shows a row as it is', async () => {
  const { rows, ...rest } = await list(`${NOVEMBER}&user=%40sum&limit=1`);
  expect(rest).toMatchObject({
    from: '2026-11-01',
    to: '2026-12-01',
    currency: 'USD',
    freshness: { recordedAt: null },
  });
  const [usage] = usages.filter(({ user, cluster }) => user === '@sum' && cluster === [...clusters].sort()[0]);
  expect(rows).toMatchObject([
    {
      usageDate: '2026-11-01',
      bookedOn: '2026-11-01',
      accountOwnerId: OWNERS[0],
      userId: '@sum',
      clusterId: usage?.cluster,
      projectId: expect.any(String),
      meter: 'cpu_hours',
      price: '0.350000000000',
      priceQuantity: '1.000000000000',
      rateId: expect.any(String),
      priceOverrideId: null,
      priceAdjustment: '0.000000000000',
      eventCount: '1',
      firstEventAt: '2026-11-01T00:00:00.000000Z',
      lastEventAt: '2026-11-01T23:00:00.000000Z',
      isImported: false,
      labels: { account: EVIL, user: 'a\r\nb', project: expect.stringMatching(/^space-/) },
    },
  ]);
});

describe('CSV', () => {
  it('holds every row that the pages hold, and adds up to the total', async () => {
    const answer = await askCsv(`${NOVEMBER}&limit=1`);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="usage-daily-2026-11-01-2026-12-01.csv"',
      vary: 'accept',
    });
    expect(answer.headers.etag).toBeUndefined();
    const [header = [], ...records] = parseCsv(answer.body);
    const { rows } = await list(`${NOVEMBER}&limit=1000`);
    const asText = (row: Json) => {
      const { labels, ...values } = row;
      const texts = { ...values, accountName: labels.account, userName: labels.user, projectNamespace: labels.project };
      return header.map((name) => unarmed({ ...texts, clusterName: labels.cluster }[name] ?? ''));
    };
    expect(records.map((record) => record.map(unarmed))).toEqual(rows.map(asText));
    const cost = header.indexOf('costExact');
    const exact = records.reduce((sum, record) => sum + parseQuantity(record[cost] ?? ''), 0n);
    expect(exact).toBe(parseQuantity((await api.get(`/v1/totals?${NOVEMBER}`)).body.totalExact));
  });

  it('has no formula of anybody', async () => {
    const { body } = await askCsv(`${NOVEMBER}&user=%40sum&meter=cpu_hours`);
    expect(body).toContain(`'@sum`);
    expect(body).toContain(`"'=HYPERLINK(""https://evil.example""),""x"""`);
    expect(body).not.toMatch(/(?:^|,)"?[=@]/m);
  });

  it('is a header line without rows', async () => {
    const { statusCode, body } = await askCsv('from=2024-01-01&to=2024-02-01');
    expect([statusCode, body]).toEqual([200, expect.stringMatching(/^usageDate,bookedOn,[\w,]+\r\n$/)]);
  });

  it('is only sent to whoever accepts it', async () => {
    expect((await askCsv(NOVEMBER, '*/*')).headers['content-type']).toBe('application/json; charset=utf-8');
    const refused = await askCsv(NOVEMBER, 'application/pdf');
    expect([refused.statusCode, refused.json().code]).toEqual([406, 'NOT_ACCEPTABLE']);
  });

  it('is of the moment at which it began, and holds no connection afterwards', async () => {
    await Promise.all(Array.from({ length: 4 }, () => askCsv(NOVEMBER)));
    const answers = await Promise.all(Array.from({ length: 3 }, () => askCsv(NOVEMBER)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });
});

it.each([
  ['cursor=abc', 'cursor', 'INVALID_CURSOR'],
  [`cursor=${Buffer.from('["a","2026-11-01"]').toString('base64url')}`, 'cursor', 'INVALID_CURSOR'],
  ['limit=1001', 'limit', 'INVALID_LIMIT'],
  ['sort=x', 'sort', 'UNKNOWN_PARAMETER'],
])('refuses %s', async (query, parameter, code) => {
  const { status, body } = await api.get(`/v1/usage-daily?${NOVEMBER}&${query}`);
  expect([status, body.errors]).toEqual([400, [{ parameter, code, detail: expect.any(String) }]]);
});

it('refuses more than 400 days', async () => {
  const { body } = await api.get('/v1/usage-daily?from=2025-01-01&to=2026-02-06');
  expect(body.errors).toEqual([{ parameter: 'to', code: 'RANGE_TOO_LONG', detail: expect.any(String) }]);
});

it('takes cursors of strange ids', async () => {
  const key = {
    accountOwnerId: `waad|'"; drop table users; --`,
    bookedOn: '2026-11-01',
    userId: '\u{1f600}',
    clusterId: crypto.randomUUID(),
    projectId: null,
    meter: 'cpu_hours',
    usageDate: '2026-11-01',
  };
  expect((await list(`${NOVEMBER}&cursor=${usageDailyCursor.format(key)}`)).rows).toEqual([]);
});

/** A text without the sign that keeps it from being a formula. */
const unarmed = (cell: string | boolean) => String(cell).replace(/^'(?=[=+\-@\t\r])/, '');

/** RFC 4180, strictly: every line ends with CRLF. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text) ?? [];
    if (end === undefined) throw new Error('no CSV');
    record.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
