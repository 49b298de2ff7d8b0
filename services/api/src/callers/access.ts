import { RequestError } from '@hopsmeter/usage';
import type { Caller } from './caller.ts';

/**
 * What a route below /v1 asks of its caller, from much to little. The service role may call every one.
 *
 * - `admin`: staff with `billing:admin`
 * - `staff`: staff
 * - `own-account`: staff, and the owner of the one account that the request names
 * - `any-owner`: staff, and every account owner; the route answers with the accounts of {@link accountsOf} only
 * - `any-user`: staff, and every user of ours, owner or member
 * - `person`: everybody with a valid token
 */
export const ACCESS_NEEDS = ['admin', 'staff', 'own-account', 'any-owner', 'any-user', 'person'] as const;

export type AccessNeed = (typeof ACCESS_NEEDS)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route asks of its caller. A route below /v1 without it is refused when it is registered. */
    access?: AccessNeed;
  }
}

/**
 * Decides whether a caller may make a request; nothing else does. Whether the account exists is not asked:
 * somebody else's account and one that is not there are refused with the same words.
 *
 * @param account The account that the request names; undefined when it names none, or more than one.
 * @throws RequestError FORBIDDEN
 */
export function checkAccess(caller: Caller, need: AccessNeed, account: string | undefined): void {
  if (!isAllowed(caller, need, account)) throw new RequestError('FORBIDDEN', REFUSALS[need]);
}

/** Which accounts a caller may see: all of them, or the one of that id. @throws RequestError FORBIDDEN when none. */
export function accountsOf(caller: Caller): 'all' | { readonly id: string } {
  checkAccess(caller, 'any-owner', undefined);
  return caller.kind === 'owner' ? { id: caller.userId } : 'all';
}

const REFUSALS: Readonly<Record<AccessNeed, string>> = {
  admin: 'this needs the permission billing:admin',
  staff: 'this needs the permission billing:read',
  'own-account': 'an account is visible to its owner and to billing staff only',
  'any-owner': 'billing is visible to account owners and to billing staff only',
  'any-user': 'no account here has you as its owner or as a member',
  person: 'this has to be done by a person',
};

/** What everybody of a kind may do, whichever account it is about. */
const OF_MEMBERS: readonly AccessNeed[] = ['any-user', 'person'];
const OF_OWNERS: readonly AccessNeed[] = ['any-owner', ...OF_MEMBERS];

function isAllowed(caller: Caller, need: AccessNeed, account: string | undefined): boolean {
  switch (caller.kind) {
    case 'service_role':
      return true;
    case 'staff':
      return need !== 'admin' || caller.rights === 'admin';
    case 'owner':
      return OF_OWNERS.includes(need) || (need === 'own-account' && account === caller.userId);
    // A member has no billing access: the bill is the owner's.
    case 'member':
      return OF_MEMBERS.includes(need);
    case 'stranger':
      return need === 'person';
  }
}
