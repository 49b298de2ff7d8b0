import { describe, expect, it } from 'vitest';
import { createAuthenticate } from './authenticate.ts';

const KEY = 'eyJhbGciOiJIUzI1NiJ9.service_role-key.of+tests/==';
const authenticate = createAuthenticate({ serviceRoleKey: KEY });

const caller = (authorization?: string) =>
  authenticate({ headers: authorization === undefined ? {} : { authorization } });

describe('a caller', () => {
  it.each([`Bearer ${KEY}`, `bearer ${KEY}`, `BEARER   ${KEY}`])(
    'is the service role with %s',
    async (authorization) => {
      expect(await caller(authorization)).toEqual({ kind: 'service_role' });
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
    await expect(caller(authorization)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('without a good key nothing starts', () => {
  it.each(['', 'short', 'x'.repeat(31), `${'x'.repeat(40)} y`, `${'x'.repeat(40)}\n`, 'é'.repeat(40)])('%j', (key) => {
    expect(() => createAuthenticate({ serviceRoleKey: key })).toThrow(RangeError);
  });
});
