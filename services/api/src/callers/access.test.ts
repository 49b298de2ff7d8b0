import { describe, expect, it } from 'vitest';
import { ACCESS_NEEDS, type AccessNeed, accountsOf, checkAccess } from './access.ts';
import type { Caller } from './caller.ts';

const OWN = 'auth0|owner';

const CALLERS = {
  'service role': { kind: 'service_role' },
  'staff admin': { kind: 'staff', userId: 'auth0|staff', rights: 'admin' },
  'staff read': { kind: 'staff', userId: 'auth0|staff', rights: 'read' },
  owner: { kind: 'owner', userId: OWN },
  member: { kind: 'member', userId: 'auth0|member', accountOwnerId: OWN },
  stranger: { kind: 'stranger', userId: 'auth0|stranger' },
} as const satisfies Record<string, Caller>;

/** Who may, by what a route asks. For an owner: of the account that is named. */
const ALLOWED: Readonly<Record<AccessNeed, readonly string[]>> = {
  admin: ['service role', 'staff admin'],
  staff: ['service role', 'staff admin', 'staff read'],
  'own-account': ['service role', 'staff admin', 'staff read', 'owner'],
  'any-owner': ['service role', 'staff admin', 'staff read', 'owner'],
  'any-user': ['service role', 'staff admin', 'staff read', 'owner', 'member'],
  person: ['service role', 'staff admin', 'staff read', 'owner', 'member', 'stranger'],
};

const isAllowed = (caller: Caller, need: AccessNeed, account?: string): boolean => {
  try {
    checkAccess(caller, need, account);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'FORBIDDEN' });
    return false;
  }
};

describe.each(ACCESS_NEEDS)('%s', (need) => {
  it.each(Object.entries(CALLERS))('for the %s', (name, caller) => {
    expect(isAllowed(caller, need, OWN)).toBe(ALLOWED[need].includes(name));
  });
});

it('gives an owner the account of their own id only, and none when it is not clear which one is meant', () => {
  for (const account of ['auth0|other', 'auth0|Owner', `${OWN} `, '', undefined])
    expect(isAllowed(CALLERS.owner, 'own-account', account)).toBe(false);
});

it("does not give a member the owner's account, nor one of their own id", () => {
  for (const account of [OWN, CALLERS.member.userId])
    expect(isAllowed(CALLERS.member, 'own-account', account)).toBe(false);
});

it('shows an owner their own account, staff all, and others none', () => {
  expect(accountsOf(CALLERS.owner)).toEqual({ id: OWN });
  for (const name of ['service role', 'staff admin', 'staff read'] as const)
    expect(accountsOf(CALLERS[name])).toBe('all');
  for (const name of ['member', 'stranger'] as const)
    expect(() => accountsOf(CALLERS[name])).toThrow('billing is visible to account owners');
});
