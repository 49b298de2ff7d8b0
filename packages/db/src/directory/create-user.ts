import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { findUser, readOwner, readUser, type UserRow } from './read-user.ts';

export type NewUser = {
  /** Auth0 sub. */
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** Null for an account owner. */
  readonly accountOwnerId: string | null;
};

/**
 * Adds a user. A trigger begins the ownership history: the first owner is taken to have owned the user always.
 * Parameters: $1 id, $2 e-mail, $3 name, $4 owner or NULL. Locks: the directory.
 */
const CREATE_USER = 'insert into hopsmeter.users (id, email, name, account_owner_id) values ($1, $2, $3, $4)';

/**
 * Creates an owner or a member. Asked again with the same data it returns the user that is there.
 *
 * @throws RequestError USER_EXISTS with other data, UNKNOWN_REFERENCE for the owner, TWO_LEVELS.
 */
export function createUser(pool: Pool, change: Change, user: NewUser): Promise<Created<UserRow>> {
  return inAuditedTransaction(pool, change, async (transaction) => {
    const known = await findUser(transaction, user.id);
    if (known === undefined) return { isCreated: true, value: await addUser(transaction, user) };
    const isSame =
      known.email === user.email && known.name === user.name && known.accountOwnerId === user.accountOwnerId;
    if (!isSame) throw new RequestError('USER_EXISTS', `${user.id} has another e-mail address, name or owner`);
    return { isCreated: false, value: known };
  });
}

/** Adds a user who is not there yet, within a change. */
export async function addUser(transaction: AuditedTransaction, user: NewUser): Promise<UserRow> {
  const { id, email, name, accountOwnerId } = user;
  if (accountOwnerId === id) throw new RequestError('TWO_LEVELS', 'nobody is their own member; null makes an owner');
  if (accountOwnerId !== null) await readOwner(transaction, accountOwnerId);
  await transaction.rowsOf(CREATE_USER, [id, email, name, accountOwnerId]);
  await transaction.audit({ action: 'create_user', entity: 'users', entityId: id, after: user });
  return readUser(transaction, id);
}
