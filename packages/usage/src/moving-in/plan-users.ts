import { groupBy } from '../group-by.ts';
import { isUserId, USER_ID_FORM } from '../user-id.ts';
import type { ApplicationDirectory, ApplicationUser } from './application-rows.ts';
import type { DirectoryChange, OurDirectory } from './directory-plan.ts';
import type { Outcomes } from './outcomes.ts';

/** Each user who is here or will be, and their owner; null for owners. */
export type OwnersByUser = ReadonlyMap<string, string | null>;

/**
 * Owners first, then members. Deleted and suspended users come over too: their usage of the past is billed to somebody.
 * An e-mail address is no key here, so two that differ in case come over and are noted.
 */
export function planUsers({ users }: ApplicationDirectory, ours: OurDirectory, outcomes: Outcomes): OwnersByUser {
  const known = new Map(ours.users.map((user) => [user.id, user]));
  const owners = new Map(ours.users.map(({ id, accountOwnerId }) => [id, accountOwnerId]));
  const asked = new Map(users.map((user) => [user.id, ownerOf(user)]));
  const inOrder = [
    ...users.filter((user) => ownerOf(user) === null),
    ...users.filter((user) => ownerOf(user) !== null),
  ];
  for (const user of inOrder) {
    const { id: userId, email, name } = user;
    const row = { table: 'users', key: userId } as const;
    const accountOwnerId = ownerOf(user);
    const our = known.get(userId);
    if (our !== undefined) {
      const differences = [
        ...(our.email === email ? [] : [`the e-mail address ${our.email ?? 'none'}`]),
        ...(our.name === name ? [] : [`the name ${our.name ?? 'none'}`]),
        ...(our.accountOwnerId === accountOwnerId ? [] : [`the owner ${our.accountOwnerId ?? 'none'}`]),
      ];
      if (differences.length === 0) outcomes.keep(row);
      else outcomes.differ(row, `hopsmeter has ${differences.join(', ')}`);
      continue;
    }
    const reason = refusalOf(userId, accountOwnerId, asked, owners);
    if (reason !== undefined) {
      outcomes.refuse(row, reason);
      continue;
    }
    owners.set(userId, accountOwnerId);
    const change: DirectoryChange = { ...row, kind: 'create_user', userId, email, name, accountOwnerId };
    outcomes.bring(row, [change]);
  }
  noteSharedAddresses(users, outcomes);
  return owners;
}

/** A user who is their own owner is an account owner, as one without an owner is. */
export function ownerOf({ id, accountOwnerId }: ApplicationUser): string | null {
  return accountOwnerId === id ? null : accountOwnerId;
}

function refusalOf(
  userId: string,
  accountOwnerId: string | null,
  asked: ReadonlyMap<string, string | null>,
  owners: OwnersByUser,
): string | undefined {
  if (!isUserId(userId)) return `an id is ${USER_ID_FORM}`;
  if (accountOwnerId === null) return undefined;
  const ownersOwner = owners.get(accountOwnerId) ?? asked.get(accountOwnerId);
  if (ownersOwner === undefined) return `the owner ${accountOwnerId} is missing`;
  if (ownersOwner !== null) return `the owner ${accountOwnerId} is a member of ${ownersOwner}`;
  return owners.has(accountOwnerId) ? undefined : `the owner ${accountOwnerId} cannot come over`;
}

function noteSharedAddresses(users: readonly ApplicationUser[], outcomes: Outcomes): void {
  for (const [address, sharing] of groupBy(users, ({ email }) => email?.toLowerCase() ?? ''))
    if (address !== '' && sharing.length > 1)
      for (const { id } of sharing)
        outcomes.note({ table: 'users', key: id }, `${sharing.length} users have the e-mail address ${address}`);
}
