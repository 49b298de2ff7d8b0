import { listUsers, type Pool } from '@hopsmeter/db';
import { ADMIN_PERMISSION, READ_PERMISSION } from '../callers/authenticate.ts';
import type { DevelopmentPerson } from '../dashboard/add-sign-in.ts';

/** Somebody whom nobody has invited yet: to try an invitation with. */
const NEWCOMER: DevelopmentPerson = {
  id: 'development|newcomer',
  name: 'Newcomer',
  role: 'is in no account before accepting an invitation',
};

/** Staff are known by their tokens and need not be users. */
const STAFF: readonly (DevelopmentPerson & { readonly permissions: readonly string[] })[] = [
  {
    id: 'development|billing-admin',
    name: 'Billing admin',
    role: 'sees and changes all accounts',
    permissions: [READ_PERMISSION, ADMIN_PERMISSION],
  },
  {
    id: 'development|billing-staff',
    name: 'Billing staff',
    role: 'sees all accounts',
    permissions: [READ_PERMISSION],
  },
];

/** A choice that is looked at, not searched. */
const OWNERS_MAX = 4;
const MEMBERS_MAX = 2;

/** The users among whom those are looked for. */
const USERS_MAX = 200;

/** Whether an id is of somebody made up for development, who need not be a user. */
export function isMadeUp(id: string): boolean {
  return [...STAFF, NEWCOMER].some((person) => person.id === id);
}

/** What tokens of a person say about their rights. */
export function permissionsOf(id: string): readonly string[] {
  return STAFF.find((person) => person.id === id)?.permissions ?? [];
}

/** Somebody of each kind: staff, account owners, members, who may see no bill, and somebody who is new. */
export async function listDevelopmentPeople(pool: Pool): Promise<readonly DevelopmentPerson[]> {
  const users = (await listUsers(pool, { limit: USERS_MAX })).filter(({ id }) => !isMadeUp(id));
  const pick = (isOwner: boolean, role: string, count: number): DevelopmentPerson[] =>
    users
      .filter(({ accountOwnerId }) => (accountOwnerId === null) === isOwner)
      .slice(0, count)
      .map(({ id, name, email }) => ({ id, name: name ?? email ?? id, role }));
  return [
    ...STAFF.map(({ id, name, role }) => ({ id, name, role })),
    ...pick(true, 'account owner', OWNERS_MAX),
    ...pick(false, 'member, sees their own usage and no bill', MEMBERS_MAX),
    NEWCOMER,
  ];
}
