import { schema } from '@hopsmeter/db';
import { type Json, startTestApi, TEST_KEY, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { isUserId } from '@hopsmeter/usage';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ADA = 'auth0|ada';
const BOB = 'auth0|bob';
const MIA = 'google-oauth2|mia';
const NOBODY = '00000000-0000-4000-8000-000000000000';

let api: TestApi;
let clusterId: string;

const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown) => {
  const answer = await api.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      'x-request-id': 'request-7',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const parsed: Json = answer.json();
  return { status: answer.statusCode, type: answer.headers['content-type'], body: parsed };
};
const pathOf = (id: string) => encodeURIComponent(id);

beforeAll(async () => {
  api = await startTestApi({ requestsPerMinute: 1_000_000 });
  clusterId = (await send('POST', '/v1/clusters', { name: 'east', maxUsers: 2 })).body.id;
  for (const id of [ADA, BOB]) await send('POST', '/v1/users', { id, email: `${id.slice(6)}@example.com` });
  await send('POST', '/v1/users', { id: MIA, name: 'Mia', accountOwnerId: ADA });
});
afterAll(() => api?.close());

describe('users', () => {
  it('are created with 201, found with 200 and refused with 409', async () => {
    const wanted = { id: 'auth0|zoe', email: 'zoe@example.com', name: 'Zoë Ångström-O’Neil', accountOwnerId: BOB };
    const first = await send('POST', '/v1/users', wanted);
    expect([first.status, first.body]).toEqual([
      201,
      { ...wanted, billingAddress: null, clusterId: null, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    const again = await send('POST', '/v1/users', wanted);
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await send('POST', '/v1/users', { ...wanted, name: 'Zoe' });
    expect([other.status, other.body.code, other.type]).toEqual([409, 'USER_EXISTS', 'application/problem+json']);
  });

  it('are listed by id, page by page', async () => {
    const ids: string[] = [];
    let url = '/v1/users?limit=1';
    while (url !== '') {
      const { body } = await send('GET', url);
      ids.push(...body.users.map(({ id }: Json) => id));
      url = body.nextCursor === undefined ? '' : `/v1/users?limit=1&cursor=${body.nextCursor}`;
    }
    expect(ids).toEqual([...ids].sort());
    expect(ids).toEqual(expect.arrayContaining([ADA, BOB, MIA]));
    const members = await send('GET', `/v1/users?accountOwnerId=${pathOf(ADA)}&q=MIA`);
    expect(members.body.users).toMatchObject([{ id: MIA, name: 'Mia', accountOwnerId: ADA }]);
  });

  it('are changed field by field', async () => {
    const url = `/v1/users/${pathOf(MIA)}`;
    const named = await send('PATCH', url, { email: 'mia@example.com' });
    expect(named.body).toMatchObject({ name: 'Mia', email: 'mia@example.com' });
    expect((await send('PATCH', url, { email: null })).body).toMatchObject({ name: 'Mia', email: null });
    expect((await send('PATCH', '/v1/users/nobody', {})).body.code).toBe('NOT_FOUND');
  });

  it('get a billing address of several lines, which the audit log keeps', async () => {
    const url = `/v1/users/${pathOf(ADA)}`;
    const billingAddress = 'Engines Ltd\n12 St. James’s Square\nLondon';
    expect((await send('PATCH', url, { billingAddress })).body).toMatchObject({
      email: 'ada@example.com',
      billingAddress,
    });
    expect((await send('GET', `/v1/users?q=${pathOf(ADA)}`)).body.users).toMatchObject([{ billingAddress }]);
    const log = await send('GET', `/v1/audit-log?entity=users&entityId=${pathOf(ADA)}&limit=1`);
    expect(log.body.entries).toMatchObject([{ before: { billingAddress: null }, after: { billingAddress } }]);
    for (const wrong of ['', ' ', 'a\n\nb', 'a\r\nb', 'x'.repeat(101), 'a\n'.repeat(10).concat('a')])
      expect(await send('PATCH', url, { billingAddress: wrong }), JSON.stringify(wrong)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/billingAddress', code: 'INVALID_TEXT' }] },
      });
    expect((await send('PATCH', url, { billingAddress: null })).body.billingAddress).toBeNull();
  });

  it('change their owner, first tried and then done', async () => {
    const url = `/v1/users/${pathOf(MIA)}/owner`;
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const wanted = { accountOwnerId: BOB, from, reason: 'moved teams' };
    const tried = await send('POST', url, { ...wanted, dryRun: true });
    expect([tried.status, tried.body]).toMatchObject([
      200,
      { dryRun: true, user: { accountOwnerId: BOB }, eventCount: 0, moved: [] },
    ]);
    const before = await send('GET', `/v1/users?q=${pathOf(MIA)}`);
    expect(before.body.users).toMatchObject([{ accountOwnerId: ADA }]);
    expect((await send('POST', url, wanted)).body).toEqual({ ...tried.body, dryRun: false });
    expect((await send('POST', url, { accountOwnerId: ADA, from })).body.code).toBe('REASON_REQUIRED');
    const level = await send('POST', `/v1/users/${pathOf(BOB)}/owner`, { accountOwnerId: ADA });
    expect([level.status, level.body.code, level.body.detail]).toEqual([
      409,
      'TWO_LEVELS',
      expect.stringContaining('has members'),
    ]);
    const log = await send('GET', `/v1/audit-log?entity=users&entityId=${pathOf(MIA)}&limit=1`);
    expect(log.body.entries).toMatchObject([
      {
        actorKind: 'service',
        actorId: 'service-role',
        action: 'change_owner',
        reason: 'moved teams',
        requestId: 'request-7',
        after: { accountOwnerId: BOB },
      },
    ]);
    const next = await send('GET', `/v1/audit-log?entityId=${pathOf(MIA)}&limit=1&cursor=${log.body.nextCursor}`);
    expect(next.body.entries).toHaveLength(1);
    expect(next.body.entries[0].id).not.toBe(log.body.entries[0].id);
  });
});

describe('clusters and assignments', () => {
  it('hold as many users as they may', async () => {
    const assignment = (id: string) => `/v1/users/${pathOf(id)}/assignment`;
    const first = await send('POST', assignment(ADA), {});
    expect([first.status, first.body]).toMatchObject([201, { userId: ADA, clusterId, startedAt: null, endedAt: null }]);
    expect(await send('POST', assignment(ADA), { clusterId })).toMatchObject({ status: 200, body: first.body });
    await send('POST', assignment(BOB), {});
    await send('POST', '/v1/users', { id: 'auth0|third' });
    const full = await send('POST', assignment('auth0|third'), {});
    expect([full.status, full.body.code]).toEqual([409, 'NO_CLUSTER_WITH_ROOM']);
    expect((await send('POST', assignment('auth0|third'), { clusterId })).body.code).toBe('CLUSTER_FULL');
    expect((await send('PATCH', `/v1/clusters/${clusterId}`, { maxUsers: 1 })).body.code).toBe('CLUSTER_FULL');
    expect((await send('GET', '/v1/clusters')).body.clusters).toMatchObject([
      { id: clusterId, name: 'east', status: 'active', maxUsers: 2, currentUsers: 2, maxCores: 512, maxGpus: 64 },
    ]);
    const ended = await send('DELETE', assignment(BOB));
    expect([ended.status, ended.body.assignment.endedAt]).toEqual([200, expect.any(String)]);
    expect(await send('DELETE', assignment(BOB))).toMatchObject({ status: 200, body: { assignment: null } });
  });

  it('are changed and created once', async () => {
    const again = await send('POST', '/v1/clusters', { name: 'east', maxUsers: 2 });
    expect([again.status, again.body.id]).toEqual([200, clusterId]);
    const changed = await send('PATCH', `/v1/clusters/${clusterId}`, { status: 'inactive', maxUsers: 5 });
    expect(changed.body).toMatchObject({ status: 'inactive', maxUsers: 5 });
    const limits = { maxCores: 4_096, maxGpus: 0 };
    expect((await send('PATCH', `/v1/clusters/${clusterId}`, limits)).body).toMatchObject({ ...limits, maxUsers: 5 });
    for (const wrong of [{ maxCores: 0 }, { maxGpus: -1 }, { maxCores: 1_000_001 }, { maxGpus: 0.5 }])
      expect((await send('PATCH', `/v1/clusters/${clusterId}`, wrong)).status, JSON.stringify(wrong)).toBe(400);
    await send('PATCH', `/v1/clusters/${clusterId}`, { status: 'active' });
    expect((await send('PATCH', `/v1/clusters/${NOBODY}`, {})).status).toBe(404);
  });
});

describe('projects', () => {
  it('are created, handed over, ended and listed', async () => {
    const wanted = { clusterId, namespace: 'fraud-detection', userId: ADA };
    const first = await send('POST', '/v1/projects', wanted);
    expect([first.status, first.body]).toMatchObject([201, { ...wanted, startedAt: null, endedAt: null }]);
    expect((await send('POST', '/v1/projects', wanted)).status).toBe(200);
    expect((await send('POST', '/v1/projects', { ...wanted, userId: BOB })).body.code).toBe('NAMESPACE_TAKEN');
    const user = `/v1/projects/${first.body.id}/user`;
    expect((await send('POST', user, { userId: MIA })).body.code).toBe('USER_NOT_ON_CLUSTER');
    await send('POST', `/v1/users/${pathOf(BOB)}/assignment`, {});
    const given = await send('POST', user, { userId: BOB });
    expect([given.status, given.body]).toMatchObject([200, { dryRun: false, project: { userId: BOB }, moved: [] }]);
    expect((await send('POST', user, { userId: BOB })).body.code).toBe('PROJECT_ENDED');
    const end = `/v1/projects/${given.body.project.id}/end`;
    const ended = await send('POST', end, { reason: 'no longer needed' });
    expect([ended.status, ended.body.endedAt]).toEqual([200, expect.any(String)]);
    expect((await send('POST', end, {})).body).toEqual(ended.body);
    const page = await send('GET', '/v1/projects?namespace=fraud-detection&limit=1');
    const rest = await send('GET', `/v1/projects?namespace=fraud-detection&cursor=${page.body.nextCursor}`);
    expect([...page.body.projects, ...rest.body.projects].map(({ userId }: Json) => userId).sort()).toEqual([ADA, BOB]);
    expect(rest.body.nextCursor).toBeUndefined();
    expect([...page.body.projects, ...rest.body.projects].map(({ isReported }: Json) => isReported)).toEqual([
      false,
      false,
    ]);
  });

  it('are listed as reported by their cluster until a person changes them', async () => {
    await send('POST', '/v1/projects', { clusterId, namespace: 'reported', userId: ADA });
    await api.tables.update(schema.projects).set({ isReported: true }).where(eq(schema.projects.namespace, 'reported'));
    const list = async () => (await send('GET', '/v1/projects?namespace=reported')).body.projects;
    const [project] = await list();
    expect(project.isReported).toBe(true);
    await send('POST', `/v1/projects/${project.id}/end`, { reason: 'closed' });
    expect(await list()).toMatchObject([{ id: project.id, isReported: false }]);
  });
});

describe('invitations', () => {
  it('are made, listed, accepted once and revoked', async () => {
    const made = await send('POST', '/v1/invites', { accountOwnerId: ADA, email: 'Kim@example.com' });
    expect([made.status, made.body.invite.status]).toEqual([201, 'pending']);
    const twice = await send('POST', '/v1/invites', { accountOwnerId: ADA, email: 'kim@EXAMPLE.com' });
    expect([twice.status, twice.body.code]).toEqual([409, 'INVITE_PENDING']);
    const { token } = made.body;
    expect((await send('POST', '/v1/invites/accept', { token })).body.code).toBe('INVALID_REQUEST');
    const accepted = await send('POST', '/v1/invites/accept', { token, userId: 'auth0|kim', name: 'Kim' });
    expect([accepted.status, accepted.body]).toMatchObject([
      200,
      { invite: { status: 'accepted' }, user: { accountOwnerId: ADA, email: 'Kim@example.com', clusterId } },
    ]);
    const stolen = await send('POST', '/v1/invites/accept', { token, userId: 'auth0|eve' });
    expect([stolen.status, stolen.body.code]).toEqual([409, 'INVITE_ENDED']);
    const second = await send('POST', '/v1/invites', { accountOwnerId: BOB, email: 'kim@example.com' });
    const path = `/v1/invites/${second.body.invite.id}`;
    expect((await send('DELETE', `${path}?accountOwnerId=${pathOf(ADA)}`)).status).toBe(404);
    expect((await send('DELETE', `${path}?accountOwnerId=${pathOf(BOB)}`)).body.status).toBe('revoked');
    const listed = await send('GET', `/v1/invites?accountOwnerId=${pathOf(ADA)}`);
    expect(listed.body.invites).toMatchObject([{ id: made.body.invite.id, email: 'Kim@example.com' }]);
    expect(JSON.stringify([listed.body, api.log])).not.toContain(token);
  });
});

describe('bad input', () => {
  const TEXTS = [
    '',
    ' ',
    "x'; drop table users; --",
    '"quoted"',
    '=HYPERLINK("http://evil.example","x")',
    '+1+1',
    '@SUM(A1:A9)',
    '-2+3',
    '🦘',
    'a\u0000b',
    'a\nb',
    '\u202eabc',
    'x'.repeat(10_000),
    '\ud800',
    '<script>alert(1)</script>',
    '||::""',
  ];
  const WRONG = [null, 7, true, [], {}, ['a']];
  /** Of these no id of a user can be made; the others can be somebody's. */
  const NO_IDS = TEXTS.filter((text) => !isUserId(text));

  /** Every route with a body, a body that would do, and which of its fields are texts. */
  const bodies = (): readonly (readonly ['POST' | 'PATCH', string, object, readonly string[]])[] => [
    ['POST', '/v1/users', { id: 'auth0|bad' }, ['id', 'email', 'accountOwnerId']],
    ['PATCH', `/v1/users/${pathOf(ADA)}`, {}, ['email']],
    ['POST', `/v1/users/${pathOf(ADA)}/owner`, { accountOwnerId: null }, ['accountOwnerId', 'from']],
    ['POST', `/v1/users/${pathOf(ADA)}/assignment`, {}, ['clusterId']],
    ['POST', '/v1/clusters', { name: 'bad', maxUsers: 1 }, ['maxUsers']],
    ['PATCH', `/v1/clusters/${clusterId}`, {}, ['maxUsers', 'status', 'maxCores', 'maxGpus']],
    [
      'POST',
      '/v1/projects',
      { clusterId, namespace: 'bad', userId: ADA },
      ['clusterId', 'namespace', 'userId', 'startedAt'],
    ],
    ['POST', `/v1/projects/${NOBODY}/end`, {}, ['at']],
    ['POST', `/v1/projects/${NOBODY}/user`, { userId: ADA }, ['userId', 'from', 'dryRun']],
    ['POST', '/v1/invites', { accountOwnerId: ADA, email: 'bad@example.com' }, ['accountOwnerId', 'email']],
    ['POST', '/v1/invites/accept', { token: 'hwi_bad', userId: 'auth0|bad' }, ['token', 'userId']],
  ];

  const tables = [
    'users',
    'account_ownerships',
    'hopsworks_clusters',
    'user_hopsworks_assignments',
    'projects',
    'team_invites',
    'audit_log',
    'directory_versions',
  ];
  const dump = async () => {
    const rows = [];
    for (const table of tables)
      rows.push(
        (await api.tables.execute(`select md5(json_agg(t order by t::text)::text) from hopsmeter.${table} t`)).rows,
      );
    return rows;
  };
  const expectProblem = ({ status, type, body }: Awaited<ReturnType<typeof send>>, what: string) => {
    expect([status >= 400 && status < 500, type], `${what} ${JSON.stringify(body)}`).toEqual([
      true,
      'application/problem+json',
    ]);
    expect(body.code).toMatch(/^[A-Z_]+$/);
  };

  it('of any body is a problem with a code, and nothing is stored', async () => {
    const before = await dump();
    for (const [method, url, good, fields] of bodies()) {
      for (const field of fields)
        for (const value of [
          ...(url === '/v1/users' && field === 'id' ? NO_IDS : TEXTS),
          ...WRONG.filter((wrong) => wrong !== null && !(field === 'dryRun' && wrong === true)),
        ]) {
          if (value === 7 && ['maxUsers', 'maxCores', 'maxGpus'].includes(field)) continue;
          const answer = await send(method, url, { ...good, [field]: value });
          expectProblem(answer, `${method} ${url} ${field} ${JSON.stringify(value).slice(0, 50)}`);
          if (answer.status === 400 && answer.body.errors !== undefined)
            expect(answer.body.errors[0], JSON.stringify(answer.body)).toMatchObject({
              pointer: `/${field}`,
              code: expect.stringMatching(/^(WRONG_TYPE|INVALID_TEXT|INVALID_TIME)$/),
            });
        }
      for (const body of [...WRONG, 'text', { ...good, surprise: 1 }, { ...good, "a'b/c~🦘": 1 }])
        if (JSON.stringify(body) !== '{}')
          expectProblem(await send(method, url, body), `${method} ${url} ${JSON.stringify(body)}`);
      const unknown = await send(method, url, { ...good, 'a/b': 1 });
      expect(unknown.body.errors).toContainEqual({
        pointer: '/a~1b',
        code: 'UNKNOWN_FIELD',
        detail: 'unknown field',
      });
    }
    expect(await dump()).toEqual(before);
  });

  it('of names that a spreadsheet would run, or that nobody can read, is a problem', async () => {
    const before = await dump();
    for (const name of TEXTS.filter((text) => !text.startsWith("x';"))) {
      expectProblem(await send('POST', '/v1/users', { id: 'auth0|bad', name }), name);
      expectProblem(await send('POST', '/v1/clusters', { name, maxUsers: 1 }), name);
    }
    expect(await dump()).toEqual(before);
  });

  it('of missing fields says which', async () => {
    const answer = await send('POST', '/v1/projects', {});
    expect(answer.body.errors.map(({ pointer, code }: Json) => [pointer, code])).toEqual([
      ['/clusterId', 'MISSING_FIELD'],
      ['/namespace', 'MISSING_FIELD'],
      ['/userId', 'MISSING_FIELD'],
    ]);
  });

  it('of bodies that are no JSON is a problem', async () => {
    for (const [payload, type, code] of [
      ['{', 'application/json', 'INVALID_JSON'],
      ['{"id":"auth0|x"}', 'text/plain', 'INVALID_REQUEST'],
      ['<id/>', 'application/xml', 'UNSUPPORTED_MEDIA_TYPE'],
      [`{"id":"${'x'.repeat(20_000)}"}`, 'application/json', 'BODY_TOO_LARGE'],
      ['{"__proto__":{"id":"x"}}', 'application/json', 'INVALID_JSON'],
    ] as const) {
      const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': type };
      const answer = await api.app.inject({ method: 'POST', url: '/v1/users', headers, payload });
      expect([answer.statusCode < 500, answer.json().code]).toEqual([true, code]);
    }
  });

  it('in an address is a problem with a code, and nothing is stored', async () => {
    const before = await dump();
    for (const text of TEXTS.filter((each) => each.isWellFormed())) {
      const id = pathOf(text);
      for (const [method, url, body] of [
        ['PATCH', `/v1/users/${id}`, { name: 'X' }],
        ['POST', `/v1/users/${id}/owner`, { accountOwnerId: null }],
        ['POST', `/v1/users/${id}/assignment`, {}],
        ['DELETE', `/v1/users/${id}/assignment`, undefined],
        ['DELETE', `/v1/invites/${id}`, undefined],
        ['PATCH', `/v1/clusters/${id}`, { maxUsers: 1 }],
        ['POST', `/v1/projects/${id}/end`, {}],
        ['POST', `/v1/projects/${id}/user`, { userId: ADA }],
        ['GET', `/v1/projects?clusterId=${id}`, undefined],
        ['GET', `/v1/users?cursor=${id}`, undefined],
        ['GET', `/v1/invites?cursor=${id}`, undefined],
        ['GET', `/v1/clusters?limit=${id}`, undefined],
        ['GET', `/v1/audit-log?surprise=${id}`, undefined],
        ['DELETE', `/v1/invites/${NOBODY}?surprise=${id}`, undefined],
      ] as const)
        expectProblem(await send(method, url, body), `${method} ${url.slice(0, 100)}`);
    }
    expect(await dump()).toEqual(before);
  });

  it('in a filter finds nothing, or is a problem', async () => {
    for (const text of TEXTS.filter((each) => each.isWellFormed()))
      for (const url of [
        'users?q=',
        'users?accountOwnerId=',
        'projects?namespace=',
        'audit-log?entity=',
        'audit-log?entityId=',
      ]) {
        const { status } = await send('GET', `/v1/${url}${pathOf(text)}`);
        expect([200, 400]).toContain(status);
      }
    // A cursor of another list, and one with a moment that is none.
    const forged = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const cursor of [
      forged('a'),
      forged('2026-02-30T25:00:00.000000Z', NOBODY),
      forged('2026-01-01T00:00:00.000000Z', 'x'),
    ])
      expect((await send('GET', `/v1/invites?cursor=${cursor}`)).body.errors).toMatchObject([
        { code: 'INVALID_CURSOR' },
      ]);
  });
});

describe('the audit log', () => {
  const entriesOf = async (query: string): Promise<Json[]> =>
    (await send('GET', `/v1/audit-log?${query}`)).body.entries;

  it('tells what concerns an account: the owner, members of now and before, and what names them', async () => {
    const [pat, sue, mo] = ['audit|pat', 'audit|sue', 'audit|mo'];
    for (const id of [pat, sue]) await send('POST', '/v1/users', { id });
    await send('POST', '/v1/users', { id: mo, accountOwnerId: pat });
    await send('POST', `/v1/users/${pathOf(mo)}/owner`, { accountOwnerId: sue });
    await send('POST', '/v1/projects', { clusterId, namespace: 'audited', userId: mo });
    await send('POST', `/v1/accounts/${pathOf(pat)}/grants`, {
      ...{ amount: '5.00', validFrom: '2026-11-01', expiresOn: '2027-11-01', reason: 'a test' },
    });
    const actionsOf = async (account: string): Promise<string[]> =>
      (await entriesOf(`account=${pathOf(account)}`)).map(({ action }) => action);
    const ofMo = ['create_project', 'change_owner', 'create_user'];
    expect(await actionsOf(pat)).toEqual(['grant_credit', ...ofMo, 'create_user']);
    expect(await actionsOf(sue)).toEqual([...ofMo, 'create_user']);
    expect(await actionsOf('audit|nobody')).toEqual([]);
  });

  it('is filtered by who, what and when', async () => {
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const all = await entriesOf('actor=service-role');
    expect(all.length).toBeGreaterThan(5);
    expect(await entriesOf(`from=${day(-1)}&to=${day(2)}`)).toEqual(all);
    expect(await entriesOf(`from=${day(2)}`)).toEqual([]);
    expect(await entriesOf(`to=${day(-1)}`)).toEqual([]);
    expect(await entriesOf('actor=auth0%7Cada')).toEqual([]);
    const grants = await entriesOf('action=grant_credit&actor=service-role');
    expect(grants.map(({ action }) => action)).toEqual(['grant_credit']);
  });
});
