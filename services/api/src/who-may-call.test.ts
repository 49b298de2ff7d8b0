import { readFileSync } from 'node:fs';
import { schema } from '@hopsmeter/db';
import { routesOf } from '@hopsmeter/test/support/api/routes-of.ts';
import { startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { NOW_SECONDS, startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const OTHER = 'auth0|other';
const MEMBER = 'auth0|member';
const STAFF = 'auth0|staff';

const READ = ['billing:read'];
const ADMIN = ['billing:admin'];

type Route = {
  /** Who may call it, see {@link ALLOWED}. */
  readonly for: keyof typeof ALLOWED;
  /** Where the account of {@link OWNER} is named, when it is not the `:id` of the path. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
};

/** Every route below /v1 and who may call it. A new route has to be added here. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v1/accounts': { for: 'owners' },
  'GET /v1/accounts/:id': { for: 'the owner' },
  'GET /v1/accounts/:id/totals': { for: 'the owner' },
  'GET /v1/accounts/:id/breakdown': { for: 'the owner' },
  'GET /v1/totals': { for: 'staff' },
  'GET /v1/usage-daily': { for: 'the owner', query: { account: OWNER } },
  'GET /v1/events': { for: 'the owner', query: { account: OWNER } },
  'GET /v1/events/:id': { for: 'owners' },
  'GET /v1/receipt': { for: 'owners' },
  'POST /v1/events/:id/correction': { for: 'admins' },
  'GET /v1/pipeline': { for: 'staff' },
  'GET /v1/operations': { for: 'staff' },
  'GET /v1/search': { for: 'staff' },
  'GET /v1/me': { for: 'users' },
  'GET /v1/me/usage': { for: 'everybody', query: { from: '2026-11-01', to: '2026-12-01' } },
  'GET /v1/exports/focus': { for: 'the owner', query: { account: OWNER } },
  'GET /api/v1/meters': { for: 'owners' },
  'GET /api/v1/meters/:slug/query': { for: 'owners' },
  'GET /api/v1/events': { for: 'owners' },
  'GET /api/v2/events': { for: 'owners' },
  'GET /api/v1/meters/:slug': { for: 'owners' },
  'POST /api/v1/meters/:slug/query': { for: 'owners' },
  'GET /api/v1/meters/:slug/group-by/:groupBy/values': { for: 'owners' },
  'GET /api/v1/subjects': { for: 'owners' },
  'GET /api/v1/subjects/:id': { for: 'owners' },
  'GET /v1/users': { for: 'the owner', query: { accountOwnerId: OWNER } },
  'POST /v1/users': { for: 'admins' },
  'PATCH /v1/users/:id': { for: 'admins' },
  'POST /v1/users/:id/owner': { for: 'admins' },
  'POST /v1/users/:id/assignment': { for: 'admins' },
  'DELETE /v1/users/:id/assignment': { for: 'admins' },
  'POST /v1/users/:id/assignment/end': { for: 'admins' },
  'GET /v1/invites': { for: 'the owner', query: { accountOwnerId: OWNER } },
  'POST /v1/invites': { for: 'the owner', body: { accountOwnerId: OWNER } },
  'DELETE /v1/invites/:id': { for: 'the owner', query: { accountOwnerId: OWNER } },
  'POST /v1/invites/accept': { for: 'everybody' },
  'GET /v1/clusters': { for: 'staff' },
  'GET /v1/clusters/:id': { for: 'staff' },
  'POST /v1/clusters': { for: 'admins' },
  'PATCH /v1/clusters/:id': { for: 'admins' },
  'GET /v1/aliases': { for: 'staff' },
  'POST /v1/aliases': { for: 'admins' },
  'POST /v1/aliases/:id/end': { for: 'admins' },
  'GET /v1/projects': { for: 'staff' },
  'POST /v1/projects': { for: 'admins' },
  'PATCH /v1/projects/:id': { for: 'admins' },
  'POST /v1/projects/:id/end': { for: 'admins' },
  'POST /v1/projects/:id/user': { for: 'admins' },
  'GET /v1/audit-log': { for: 'staff' },
  'GET /v1/clusters/:id/keys': { for: 'staff' },
  'POST /v1/clusters/:id/keys': { for: 'admins' },
  'POST /v1/clusters/:id/keys/:keyId/rotate': { for: 'admins' },
  'DELETE /v1/clusters/:id/keys/:keyId': { for: 'admins' },
  'GET /v1/parked': { for: 'staff' },
  'POST /v1/parked/retry': { for: 'admins' },
  'POST /v1/parked/release': { for: 'admins' },
  'POST /v1/parked/give-up': { for: 'admins' },
  'POST /v1/parked/:id/decision': { for: 'admins' },
  'GET /v1/namespace-rules': { for: 'staff' },
  'POST /v1/namespace-rules': { for: 'admins' },
  'POST /v1/namespace-rules/:id/withdraw': { for: 'admins' },
  'GET /v1/following': { for: 'staff' },
  'POST /v1/following/confirm': { for: 'admins' },
  'POST /v1/usage-imports': { for: 'admins' },
  'GET /v1/meters': { for: 'staff' },
  'POST /v1/meters': { for: 'admins' },
  'GET /v1/gpu-models': { for: 'staff' },
  'PUT /v1/gpu-models': { for: 'admins' },
  'DELETE /v1/gpu-models/:id': { for: 'admins' },
  'GET /v1/rate-cards': { for: 'staff' },
  'POST /v1/rate-cards': { for: 'admins' },
  'GET /v1/accounts/:id/prices': { for: 'the owner' },
  'GET /v1/price-overrides': { for: 'staff' },
  'GET /v1/price-changes': { for: 'staff' },
  'GET /v1/price-changes/:id': { for: 'staff' },
  'POST /v1/price-changes': { for: 'admins' },
  'GET /v1/reconciliations': { for: 'staff' },
  'POST /v1/reconciliations': { for: 'admins' },
  'GET /v1/reconciliations/:id': { for: 'staff' },
  'POST /v1/reconciliations/:id/repair': { for: 'admins' },
  'GET /v1/coverage': { for: 'staff' },
  'GET /v1/comparisons/:month': { for: 'staff' },
  'GET /v1/months': { for: 'staff' },
  'GET /v1/months/:month': { for: 'staff' },
  'GET /v1/statements/:account/:month': { for: 'the owner' },
  'GET /v1/accounts/:id/statements': { for: 'the owner' },
  'POST /v1/statements/close': { for: 'admins' },
  'GET /v1/accounts/:id/stripe': { for: 'the owner' },
  'PUT /v1/accounts/:id/stripe-customer': { for: 'admins' },
  'DELETE /v1/accounts/:id/stripe-customer': { for: 'admins' },
  'GET /v1/stripe/remittances': { for: 'staff' },
  'POST /v1/stripe/remittances/:id/resolve': { for: 'admins' },
  'GET /v1/accounts/:id/grants': { for: 'the owner' },
  'POST /v1/accounts/:id/grants': { for: 'admins' },
  'POST /v1/accounts/:id/grants/:grantId/revoke': { for: 'admins' },
  'GET /v1/accounts/:id/cap': { for: 'the owner' },
  'PUT /v1/accounts/:id/cap': { for: 'admins' },
  'DELETE /v1/accounts/:id/cap': { for: 'admins' },
  'GET /v1/alerts': { for: 'staff' },
  'GET /v1/webhooks': { for: 'staff' },
  'POST /v1/webhooks': { for: 'admins' },
  'DELETE /v1/webhooks/:id': { for: 'admins' },
  'GET /v1/webhooks/:id/deliveries': { for: 'staff' },
  'POST /v1/webhooks/:id/deliveries/:deliveryId/retry': { for: 'admins' },
};

/** Who gets in where; everybody else of {@link PROVEN} is known and refused. */
const ALLOWED = {
  admins: ['staff admin', 'owner who is a staff admin', 'service role'],
  staff: ['staff read', 'member who is staff', 'staff admin', 'owner who is a staff admin', 'service role'],
  'the owner': [
    'owner',
    'staff read',
    'member who is staff',
    'staff admin',
    'owner who is a staff admin',
    'service role',
  ],
  owners: [
    'owner',
    'other owner',
    'staff read',
    'member who is staff',
    'staff admin',
    'owner who is a staff admin',
    'service role',
  ],
  users: [
    'owner',
    'other owner',
    'member',
    'staff read',
    'member who is staff',
    'staff admin',
    'owner who is a staff admin',
    'service role',
  ],
  everybody: [
    'owner',
    'other owner',
    'member',
    'stranger',
    'staff read',
    'member who is staff',
    'staff admin',
    'owner who is a staff admin',
    'service role',
  ],
} as const satisfies Record<string, readonly string[]>;

/** Proves nothing, however much it claims: 401 everywhere. */
const UNPROVEN: Readonly<Record<string, (issuer: TestIssuer) => string | undefined | Promise<string>>> = {
  'no token': () => undefined,
  'a bad token': () => 'Bearer x.y.z',
  'a wrong key': () => `Bearer ${TEST_KEY}0`,
  'the key by another scheme': () => `Basic ${TEST_KEY}`,
  'an expired token': (issuer) => bearer(issuer.sign({ ...EVERYTHING, exp: NOW_SECONDS - 60 })),
  'a token of another issuer': (issuer) => bearer(issuer.sign({ ...EVERYTHING, iss: 'https://evil.example/' })),
  'a token for another audience': (issuer) => bearer(issuer.sign({ ...EVERYTHING, aud: 'https://other.example/' })),
  'a token with alg none': (issuer) => `Bearer ${issuer.leaveUnsigned(EVERYTHING)}`,
  'a token signed with the public key': (issuer) => bearer(issuer.signWithPublicKey(EVERYTHING)),
  'a token signed by another key': (issuer) => bearer(issuer.signWithOtherKey(EVERYTHING)),
  'a token of an unknown key': (issuer) => bearer(issuer.signWithUnknownKey(EVERYTHING)),
  'a token without an end': (issuer) => bearer(issuer.sign({ ...EVERYTHING, exp: undefined })),
  'a token of nobody': (issuer) => bearer(issuer.sign({ ...EVERYTHING, sub: undefined })),
};

const EVERYTHING = { sub: OWNER, permissions: [...READ, ...ADMIN] };

/** Who is known. */
const PROVEN: Readonly<Record<string, (issuer: TestIssuer) => string | Promise<string>>> = {
  owner: (issuer) => bearer(issuer.sign({ sub: OWNER })),
  'other owner': (issuer) => bearer(issuer.sign({ sub: OTHER })),
  member: (issuer) => bearer(issuer.sign({ sub: MEMBER })),
  stranger: (issuer) => bearer(issuer.sign({ sub: 'auth0|stranger', permissions: ['read:current_user'] })),
  'staff read': (issuer) => bearer(issuer.sign({ sub: STAFF, permissions: READ })),
  'member who is staff': (issuer) => bearer(issuer.sign({ sub: MEMBER, permissions: READ })),
  'staff admin': (issuer) => bearer(issuer.sign({ sub: STAFF, permissions: ADMIN })),
  'owner who is a staff admin': (issuer) => bearer(issuer.sign({ sub: OWNER, permissions: ADMIN })),
  'service role': () => `Bearer ${TEST_KEY}`,
};

let api: TestApi;
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startTestIssuer();
  api = await startTestApi({ people: issuer });
  await api.tables.insert(schema.users).values([{ id: OWNER }, { id: OTHER }]);
  await api.tables.insert(schema.users).values([{ id: MEMBER, accountOwnerId: OWNER }]);
});

afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

async function bearer(token: Promise<string>): Promise<string> {
  return `Bearer ${await token}`;
}

it('is said here of every route below /v1, /api/v1 and /api/v2, and of no other', () => {
  expect(routesOf(api.app).sort()).toEqual(Object.keys(ROUTES).sort());
});

it('is said in docs/api.md as it is here', () => {
  const docs = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const [, section = ''] = docs.split('### Who may call\n');
  const rows = (section.split('\n#')[0] ?? '').matchAll(/^\| `([A-Z]+ (?:\/api)?\/v[12]\/\S*)` \| (.+) \|$/gm);
  const documented = [...rows].map(([, route = '', who]) => [route.replaceAll(/\{(\w+)\}/g, ':$1'), who]);
  expect(documented.sort()).toEqual(
    Object.entries(ROUTES)
      .map(([name, route]) => [name, route.for])
      .sort(),
  );
});

describe.each(Object.entries(ROUTES))('%s', (name, route) => {
  it.each(Object.entries(UNPROVEN))('answers 401 to %s', async (_who, authorize) => {
    for (const answer of await call(name, route, await authorize(issuer))) {
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer(?: error="invalid_token")?$/);
    }
  });

  it.each(Object.entries(PROVEN))('lets in or refuses: %s', async (who, authorize) => {
    const allowed: readonly string[] = ALLOWED[route.for];
    for (const answer of await call(name, route, await authorize(issuer)))
      if (allowed.includes(who)) {
        expect([401, 403], answer.body).not.toContain(answer.statusCode);
        expect(answer.statusCode, answer.body).toBeLessThan(500);
      } else {
        expect(answer.statusCode, answer.body).toBe(403);
        expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_scope"');
      }
  });

  it('refuses a token in the address, and does not repeat it', async () => {
    const token = await issuer.sign(EVERYTHING);
    const query = { ...route.query, access_token: token };
    for (const answer of await call(name, { ...route, query }, `Bearer ${TEST_KEY}`)) {
      expect(answer.statusCode).toBe(400);
      expect(answer.body).not.toContain(token);
    }
  });
});

describe('an account owner', () => {
  const get = async (url: string, sub = OWNER) => {
    const answer = await api.app.inject({ url, headers: { authorization: await bearer(issuer.sign({ sub })) } });
    return { status: answer.statusCode, body: answer.json() };
  };
  const totalsOf = (id: string) => `/v1/accounts/${encodeURIComponent(id)}/totals?from=2026-11-01&to=2026-12-01`;

  it('finds their own account in the list and no other, whatever they look for', async () => {
    for (const query of ['', '?q=auth0', '?limit=1']) {
      const { body } = await get(`/v1/accounts${query}`);
      expect(body.accounts.map(({ id }: { id: string }) => id)).toEqual([OWNER]);
      expect(body.nextCursor).toBeUndefined();
    }
    expect((await get('/v1/accounts?q=other')).body).toMatchObject({ accounts: [], total: '0.00' });
  });

  it('reads their own totals', async () => {
    expect(await get(totalsOf(OWNER))).toMatchObject({ status: 200, body: { accountOwnerId: OWNER } });
  });

  it('cannot tell an account that is there from one that is not', async () => {
    const answers = await Promise.all([OTHER, MEMBER, 'auth0|nobody'].map((id) => get(totalsOf(id))));
    const [first, ...others] = answers.map(({ status, body: { instance: _, ...body } }) => ({ status, body }));
    expect(first).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    for (const other of others) expect(other).toEqual(first);
  });

  it('who became a member sees no bill any more', async () => {
    expect((await get('/v1/accounts', MEMBER)).status).toBe(403);
    expect((await get(totalsOf(MEMBER), MEMBER)).status).toBe(403);
  });
});

it('writes no key, no token and no claim into the log, whatever happens', async () => {
  issuer.answerWith(500);
  const shut = await startTestApi({ people: issuer, withTables: false });
  const token = await issuer.sign({ sub: 'auth0|canary', email: 'canary@example.com' });
  const ask = (authorization: string) => shut.app.inject({ url: '/v1/pipeline', headers: { authorization } });
  const answer = await ask(`Bearer ${token}`);
  expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'NOT_READY', '5']);
  issuer.answerWith(200);
  expect((await ask(`Bearer ${token}`)).statusCode).toBe(500);
  expect((await ask(`Bearer ${TEST_KEY}`)).statusCode).toBe(500);
  await shut.app.inject(`/v1/pipeline?access_token=${token}`);
  expect(shut.log.length).toBeGreaterThan(0);
  for (const secret of [TEST_KEY, 'canary', ...token.split('.')]) expect(shut.log.join('')).not.toContain(secret);
  await shut.close();
});

/** Sends a request of a route, and where it is a GET also its HEAD. */
async function call(name: string, { query = {}, body }: Route, authorization: string | undefined) {
  const [method = '', path = ''] = name.split(' ');
  const url = path.replaceAll(/:\w+/g, encodeURIComponent(OWNER));
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  return Promise.all(
    methods.map((each) =>
      api.app.inject({
        method: each as NonNullable<InjectOptions['method']>,
        url,
        query,
        headers: authorization === undefined ? {} : { authorization },
        ...(body === undefined ? {} : { payload: body }),
      }),
    ),
  );
}
