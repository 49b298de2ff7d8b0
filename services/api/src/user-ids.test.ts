import { type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import { recordUsage } from '@hopsmeter/test/support/db/test-database.ts';
import { isUserId, parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Ids that ingest takes as a subject, of directories of all kinds and of people who try things. */
const IDS = [
  "samlp|okta|o'brien@example.com",
  'ad|CORP\\user',
  'auth0|a b',
  'auth0|{a,"b"}',
  'auth0|!*()~',
  'auth0|a/b//c/../d',
  'auth0|a?b=c&d#e',
  'auth0|100%25+%',
  'waad|Zoë Ångström/名前 🦘',
  '=HYPERLINK("http://evil.example")',
  '...',
  ' ',
  'x'.repeat(255),
] as const;
const START = parseTime('2026-11-20T13:00:00Z') ?? 0;
const LAST_WEEK = new Date(Date.now() - 7 * 86_400_000).toISOString();

let api: TestApi;
let issuer: TestIssuer;
let clusterId: string;
let operations: readonly Operation[];

type Operation = {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: readonly string[];
  readonly body: readonly string[];
};

beforeAll(async () => {
  issuer = await startTestIssuer();
  api = await startTestApi({
    people: issuer,
    requestsPerMinute: 1_000_000,
    webhooks: { signingKey: Buffer.alloc(32, 7).toString('base64'), isPrivateAllowed: false },
  });
  operations = readOperations((await api.app.inject('/openapi.json')).json());
  clusterId = (await send('POST', '/v1/clusters', { name: 'east', maxUsers: 100 })).body.id;
});
afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

async function send(method: Operation['method'], url: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await api.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  const parsed: Json = isJson ? answer.json() : undefined;
  return { status: answer.statusCode, text: answer.body, body: parsed };
}

function readOperations({ paths, components }: Json): Operation[] {
  const schemaOf = (schema: Json): Json =>
    schema?.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1)];
  return Object.entries<Json>(paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, { operationId, parameters = [], requestBody }]) => ({
      id: operationId,
      method: method.toUpperCase() as Operation['method'],
      path,
      query: parameters.flatMap((one: Json) => (one.in === 'query' ? [one.name] : [])),
      body: Object.keys(schemaOf(requestBody?.content['application/json']?.schema)?.properties ?? {}),
    })),
  );
}

/** Names of parameters and fields that are the id of a user. */
const USER_NAMES = ['account', 'user', 'accountOwnerId', 'accountOwnerIds', 'userId', 'subject', 'entityId'];
const isAboutUser = ({ path, query, body }: Operation): boolean =>
  /^\/v1\/(?:accounts|users)\/\{id\}|\{account\}/.test(path) ||
  path === '/v1/users' ||
  // Overrides name an account in `change`.
  path === '/v1/price-changes' ||
  [...query, ...body].some((name) => USER_NAMES.includes(name));

/** What reads need beside the id. */
const ASKED: Readonly<Record<string, string>> = {
  from: '2026-11-01',
  to: '2026-12-01',
  month: '2026-11',
  slug: 'cpu_hours',
  by: 'project',
};
const ASKED_OF_OPENMETER: Readonly<Record<string, string>> = {
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
  slug: 'cpu_hours',
};

/** Every way to ask an operation about an id: in the path, and in each parameter of the query by itself. */
function urlsOf({ path, query }: Operation, id: string): string[] {
  const asked = path.startsWith('/api/') ? ASKED_OF_OPENMETER : ASKED;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(asked[name] ?? id));
  const urlWith = (parameters: Readonly<Record<string, string>>): string =>
    `${filled}?${Object.entries(parameters)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')}`;
  const needed = Object.fromEntries(Object.entries(asked).filter(([name]) => query.includes(name)));
  const names = query.filter((name) => [...USER_NAMES, 'q'].includes(name));
  return [...(path === filled ? [] : [urlWith(needed)]), ...names.map((name) => urlWith({ ...needed, [name]: id }))];
}

const eventOf = (id: string, place = 0) => `event ${IDS.indexOf(id as (typeof IDS)[number])}/${place}`;
const memberOf = (id: string) => (id.length === 255 ? `y${id.slice(1)}` : `${id}!`);
const emailOf = (id: string) => `user${IDS.indexOf(id as (typeof IDS)[number])}@example.com`;

/** The changes, in an order in which each can be done; `ids` are what answers gave. */
const CHANGES: readonly {
  readonly operation: string;
  readonly status: number;
  readonly params?: (id: string, ids: Map<string, string>) => Record<string, string>;
  readonly query?: (id: string) => string;
  readonly body?: (id: string, ids: Map<string, string>) => unknown;
  readonly learn?: (body: Json, ids: Map<string, string>) => void;
}[] = [
  { operation: 'createUser', status: 201, body: (id) => ({ id, email: emailOf(id) }) },
  { operation: 'createUser', status: 201, body: (id) => ({ id: memberOf(id), accountOwnerId: id }) },
  { operation: 'changeUser', status: 200, body: () => ({ name: 'Somebody' }) },
  { operation: 'assignUser', status: 201, body: () => ({ clusterId }) },
  { operation: 'assignUser', status: 201, params: (id) => ({ id: memberOf(id) }), body: () => ({}) },
  {
    operation: 'createProject',
    status: 201,
    body: (id) => ({ clusterId, namespace: `n${IDS.indexOf(id as (typeof IDS)[number])}`, userId: id }),
    learn: ({ id }, ids) => ids.set('project', id),
  },
  {
    operation: 'handOverProject',
    status: 200,
    params: (_id, ids) => ({ id: ids.get('project') ?? '' }),
    body: (id) => ({ userId: memberOf(id), from: LAST_WEEK, reason: 'test' }),
  },
  {
    operation: 'setAlias',
    status: 201,
    body: (id) => ({
      clusterId,
      alias: `alias-${IDS.indexOf(id as (typeof IDS)[number])}`,
      userId: id,
      reason: 'test',
    }),
  },
  {
    operation: 'addNamespaceRule',
    status: 201,
    body: (id) => ({
      clusterId,
      pattern: `rule-${IDS.indexOf(id as (typeof IDS)[number])}`,
      action: 'book',
      userId: id,
      reason: 'test',
    }),
  },
  {
    operation: 'changeOwner',
    status: 200,
    params: (id) => ({ id: memberOf(id) }),
    body: (id) => ({ accountOwnerId: id, dryRun: true }),
  },
  {
    operation: 'createInvite',
    status: 201,
    body: (id) => ({ accountOwnerId: id, email: `invited-${emailOf(id)}` }),
    learn: ({ token }, ids) => ids.set('token', token),
  },
  {
    operation: 'acceptInvite',
    status: 200,
    body: (id, ids) => ({ token: ids.get('token'), userId: `invited by ${id}`.slice(0, 255) }),
  },
  {
    operation: 'createInvite',
    status: 201,
    body: (id) => ({ accountOwnerId: id, email: `again-${emailOf(id)}` }),
    learn: ({ invite }, ids) => ids.set('invite', invite.id),
  },
  {
    operation: 'revokeInvite',
    status: 200,
    params: (_id, ids) => ({ id: ids.get('invite') ?? '' }),
    query: (id) => `accountOwnerId=${encodeURIComponent(id)}`,
  },
  {
    operation: 'grantCredit',
    status: 201,
    body: () => ({ amount: '5.00', validFrom: '2026-11-01', expiresOn: '2027-11-01', reason: 'test' }),
    learn: ({ id, grant }, ids) => ids.set('grant', id ?? grant.id),
  },
  {
    operation: 'revokeGrant',
    status: 200,
    params: (id, ids) => ({ id, grantId: ids.get('grant') ?? '' }),
    body: () => ({ reason: 'test' }),
  },
  { operation: 'setSpendingCap', status: 200, body: () => ({ amount: '100.00' }) },
  { operation: 'removeSpendingCap', status: 200 },
  {
    operation: 'createWebhook',
    status: 201,
    body: (id) => ({ url: 'https://example.com/hook', accountOwnerId: id }),
  },
  {
    operation: 'setStripeCustomer',
    status: 200,
    body: (id) => ({ stripeCustomerId: `cus_${IDS.indexOf(id as (typeof IDS)[number])}`, from: '2026-11-22' }),
  },
  { operation: 'endStripeCustomer', status: 200 },
  {
    operation: 'changePrices',
    status: 200,
    body: (id) => ({
      change: {
        kind: 'set_override',
        accountOwnerId: id,
        override: { kind: 'discount', discountPercent: '10' },
        validFrom: '2026-11-01',
      },
      reason: 'test',
      dryRun: true,
    }),
  },
  {
    operation: 'closeMonths',
    status: 200,
    body: (id) => ({ month: '2026-10', accountOwnerIds: [id], dryRun: true }),
  },
  {
    operation: 'endAssignment',
    status: 200,
    params: (id) => ({ id: memberOf(id) }),
    body: () => ({ at: LAST_WEEK, reason: 'test', dryRun: true }),
  },
];

describe.each(IDS)('a user called %j', (id) => {
  it('is taken as a subject', () => expect(isUserId(id)).toBe(true));

  it('goes through every change', async () => {
    const ids = new Map<string, string>();
    for (const { operation, status, params, query, body, learn } of CHANGES) {
      const { method, path } = operations.find((one) => one.id === operation) ?? expect.fail(operation);
      const named = params?.(id, ids) ?? { id };
      const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(named[name] ?? ''));
      const url = query === undefined ? filled : `${filled}?${query(id)}`;
      const answer = await send(method, url, body?.(id, ids));
      expect(answer.status, `${operation} ${answer.text}`).toBe(status);
      learn?.(answer.body, ids);
    }
    const usage = { clusterId, start: START, end: START + 3_600_000_000, quantity: '2' };
    const events = [id, memberOf(id)].map((subject, i) => ({ ...usage, id: eventOf(id, i), subject }));
    expect(await recordUsage(api.pool, events)).toMatchObject({ counted: 2, parked: 0 });
  });

  it('is read by every route that can name it', async () => {
    for (const operation of operations.filter((one) => one.method === 'GET' && isAboutUser(one)))
      for (const url of urlsOf(operation, id)) {
        const answer = await send('GET', url);
        const isWithout = ['readSpendingCap', 'readStatement'].includes(operation.id) && answer.status === 404;
        expect(isWithout ? 200 : answer.status, `${url} ${answer.text}`).toBe(200);
      }
    const totals = await send(
      'GET',
      `/v1/accounts/${encodeURIComponent(id)}/totals?from=2026-11-01&to=2026-12-01&groupBy=user`,
    );
    expect(totals.body).toMatchObject({ accountOwnerId: id, total: '1.40' });
    expect(totals.body.groups.map(({ key }: Json) => key.user).sort()).toEqual([id, memberOf(id)].sort());
    const found = await send('GET', `/v1/users?q=${encodeURIComponent(id)}&limit=500`);
    expect(found.body.users.map((user: Json) => user.id)).toContain(id);
    const meter = await send('GET', `/api/v1/meters/cpu_hours/query?subject=${encodeURIComponent(id)}&groupBy=subject`);
    expect(meter.body.data).toMatchObject([{ subject: id, value: 2 }]);
    const receipt = await send('GET', `/v1/events/${encodeURIComponent(eventOf(id))}`);
    expect(receipt.body.attributions).toMatchObject([{ userId: id, accountOwnerId: id }]);
  });

  it('signs in and sees the own account only', async () => {
    const authorization = `Bearer ${await issuer.sign({ sub: id })}`;
    expect((await send('GET', '/v1/me', undefined, { authorization })).body).toMatchObject({ id, kind: 'owner' });
    const [own, other] = [id, IDS.find((one) => one !== id) ?? ''].map(
      (one) => `/v1/accounts/${encodeURIComponent(one)}/statements`,
    );
    expect((await send('GET', own ?? '', undefined, { authorization })).status).toBe(200);
    expect((await send('GET', other ?? '', undefined, { authorization })).status).toBe(403);
  });
});

it('no change that names a user is left out', () => {
  const changes = operations
    .filter((one) => one.method !== 'GET' && isAboutUser(one) && one.id !== 'queryOpenMeterMeterByPost')
    .map((one) => one.id);
  // That one asks, as its GET does. Taking somebody off would hide them from the reads; it has the path of
  // `assignUser`.
  expect(changes.filter((one) => one !== 'unassignUser').sort()).toEqual(
    [...new Set(CHANGES.map(({ operation }) => operation))].filter((one) => changes.includes(one)).sort(),
  );
});

describe('lists', () => {
  const pages = async (url: string, rowsOf: (body: Json) => string[]): Promise<string[]> => {
    const { body } = await send('GET', url);
    const rows = rowsOf(body);
    if (body.nextCursor === undefined) return rows;
    const next = `${url.replace(/&cursor=.*/, '')}&cursor=${body.nextCursor}`;
    return [...rows, ...(await pages(next, rowsOf))];
  };

  it('go on after each of them, page by page', async () => {
    const users = await pages('/v1/users?limit=1', ({ users }) => users.map(({ id }: Json) => id));
    expect(users).toEqual(expect.arrayContaining([...IDS]));
    const accounts = await pages('/v1/accounts?month=2026-11&limit=1', (body) =>
      body.accounts.map(({ id }: Json) => id),
    );
    expect(accounts.sort()).toEqual([...IDS].sort());
    const rows = await pages('/v1/usage-daily?from=2026-11-01&to=2026-12-01&limit=1', ({ rows }) =>
      rows.map(({ userId }: Json) => userId),
    );
    expect(rows.sort()).toEqual(IDS.flatMap((id) => [id, memberOf(id)]).sort());
  });

  it('are written as CSV in which each stands as it is, and none is a formula', async () => {
    const { text } = await send('GET', '/v1/usage-daily?from=2026-11-01&to=2026-12-01', undefined, {
      accept: 'text/csv',
    });
    for (const id of IDS) {
      const safe = id.startsWith('=') ? `'${id}` : id;
      expect(text).toContain(/[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe);
    }
    expect((await send('GET', '/v1/exports/focus?month=2026-11')).status).toBe(200);
  });
});
