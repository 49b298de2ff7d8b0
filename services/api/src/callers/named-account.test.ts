import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accountNamedIn, canNameAccount } from './named-account.ts';

const named = (parts: { params?: unknown; query?: unknown; body?: unknown }, url = '/v1/statements/:account/:month') =>
  accountNamedIn({ params: {}, query: {}, body: undefined, ...parts, routeOptions: { url } });

describe('the account of a request', () => {
  it.each([
    [{ params: { account: 'auth0|a', month: '2026-11' } }],
    [{ query: { accountOwnerId: 'auth0|a' } }],
    [{ body: { accountOwnerId: 'auth0|a', email: 'x@example.com' } }],
    [{ params: { account: 'auth0|a' }, query: { account: 'auth0|a' }, body: { accountOwnerId: 'auth0|a' } }],
  ])('is the one that is named: %j', (parts) => {
    expect(named(parts)).toBe('auth0|a');
  });

  it('is the id in a path below /v1/accounts', () => {
    expect(named({ params: { id: 'auth0|a' } }, '/v1/accounts/:id/totals')).toBe('auth0|a');
    expect(named({ params: { id: 'auth0|a' } }, '/v1/accounts/:id')).toBe('auth0|a');
    expect(named({ params: { id: 'auth0|a' } }, '/v1/accounts/:idea')).toBeUndefined();
    expect(named({ params: { id: 'auth0|a' } }, '/v1/events/:id')).toBeUndefined();
  });

  it.each([
    [{}],
    [{ query: { account: ['auth0|a', 'auth0|b'] } }],
    [{ query: { account: ['auth0|a'] } }],
    [{ query: { account: 'auth0|a' }, body: { accountOwnerId: 'auth0|b' } }],
    [{ params: { account: 'auth0|a' }, query: { accountOwnerId: 'auth0|b' } }],
    [{ params: { account: 'auth0|a' }, body: { accountOwnerId: null } }],
    [{ body: [{ accountOwnerId: 'auth0|a' }] }],
    [{ body: { team: { accountOwnerId: 'auth0|a' } } }],
    [{ body: Object.create({ accountOwnerId: 'auth0|a' }) }],
    [{ body: 'accountOwnerId' }],
  ])('is none when it is not clear which one is meant: %j', (parts) => {
    expect(named(parts)).toBeUndefined();
  });
});

describe('a route', () => {
  it.each([
    ['/v1/accounts/:id/totals', {}, true],
    ['/v1/statements/:account/:month', {}, true],
    ['/v1/usage-daily', { querystring: z.strictObject({ accountOwnerId: z.string() }) }, true],
    ['/v1/team-invites', { body: z.strictObject({ accountOwnerId: z.string() }).refine(() => true) }, true],
    ['/v1/accounts', {}, false],
    ['/v1/events/:id', {}, false],
    ['/v1/accountant/:id', {}, false],
    ['/v1/usage-daily', { querystring: z.strictObject({ owner: z.string() }) }, false],
  ])('%s can name an account or not', (url, schema, expected) => {
    expect(canNameAccount({ url, schema })).toBe(expected);
  });
});
