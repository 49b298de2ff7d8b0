import type { PersonRow } from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import type { AccessTokens } from './access-tokens.ts';
import { createAuthenticate } from './authenticate.ts';

const KEY = 'eyJhbGciOiJIUzI1NiJ9.service_role-key.of+tests/==';

const USERS = new Map<string, PersonRow>([
  ['auth0|owner', { accountOwnerId: null }],
  ['auth0|member', { accountOwnerId: 'auth0|owner' }],
]);

/** Takes `<user>~<permission>~…` for a token, and `away` for one that cannot be checked. */
const tokens: AccessTokens = {
  async verify(token) {
    if (token === 'away') throw new RequestError('NOT_READY');
    const [userId = '', ...permissions] = token.replace('.', '|').split('~');
    if (!userId.startsWith('auth0|')) throw new RequestError('UNAUTHENTICATED');
    return { userId, permissions: permissions.map((name) => name.replace('.', ':')) };
  },
};

const authenticate = createAuthenticate({ serviceRoleKey: KEY, tokens, findPerson: async (id) => USERS.get(id) });
const withoutPeople = createAuthenticate({
  serviceRoleKey: KEY,
  tokens: undefined,
  findPerson: () => Promise.reject(new Error('nobody should be looked up')),
});

const ask = (authorization?: string, query: unknown = {}) => ({
  headers: authorization === undefined ? {} : { authorization },
  query,
});

describe('a caller', () => {
  it.each([`Bearer ${KEY}`, `bearer ${KEY}`, `BEARER   ${KEY}`])(
    'is the service role with %s',
    async (authorization) => {
      for (const find of [authenticate, withoutPeople])
        expect(await find(ask(authorization))).toEqual({ kind: 'service_role' });
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    KEY,
    `Basic ${KEY}`,
    `Bearer ${KEY.slice(0, -1)}`,
    `Bearer ${KEY}=`,
    `Bearer ${KEY} ${KEY}`,
    `Bearer ${KEY}, Bearer ${KEY}`,
    `Bearer ${KEY.toLowerCase()}`,
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer undefined',
    'Bearer null',
  ])('is nobody with %s', async (authorization) => {
    for (const find of [authenticate, withoutPeople])
      await expect(find(ask(authorization))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['auth0.owner', { kind: 'owner', userId: 'auth0|owner' }],
    ['auth0.member', { kind: 'member', userId: 'auth0|member', accountOwnerId: 'auth0|owner' }],
    ['auth0.new', { kind: 'stranger', userId: 'auth0|new' }],
    ['auth0.new~billing.read', { kind: 'staff', userId: 'auth0|new', rights: 'read' }],
    ['auth0.new~billing.admin', { kind: 'staff', userId: 'auth0|new', rights: 'admin' }],
    ['auth0.new~billing.read~billing.admin', { kind: 'staff', userId: 'auth0|new', rights: 'admin' }],
    ['auth0.new~billing.write', { kind: 'stranger', userId: 'auth0|new' }],
    ['auth0.owner~billing.read', { kind: 'staff', userId: 'auth0|owner', rights: 'read' }],
    ['auth0.member~billing.read', { kind: 'staff', userId: 'auth0|member', rights: 'read' }],
  ])('with a token of %s is known by it', async (token, caller) => {
    expect(await authenticate(ask(`Bearer ${token}`))).toEqual(caller);
  });

  it('is nobody while nobody can check the token', async () => {
    await expect(authenticate(ask('Bearer away'))).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it('with a valid token is nobody where people have no access', async () => {
    await expect(withoutPeople(ask('Bearer auth0.owner'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('does not get in with a token in the address, whatever else was sent', async () => {
    for (const authorization of [undefined, `Bearer ${KEY}`])
      for (const token of [KEY, 'auth0.owner', '', [KEY, KEY]])
        await expect(authenticate(ask(authorization, { access_token: token }))).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
        });
  });
});

describe('without a good key nothing starts', () => {
  it.each(['', 'short', 'x'.repeat(31), `${'x'.repeat(40)} y`, `${'x'.repeat(40)}\n`, 'é'.repeat(40)])('%j', (key) => {
    expect(() => createAuthenticate({ serviceRoleKey: key, tokens, findPerson: async () => undefined })).toThrow(
      RangeError,
    );
  });
});
