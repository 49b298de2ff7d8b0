import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readUser, type UserRow } from './read-user.ts';

/** What is not given stays as it is; null takes it away. */
export type UserChanges = {
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly billingAddress?: string | null | undefined;
};

/** Sets $2 e-mail, $3 name and $4 billing address of $1. Locks: the directory. */
const CHANGE_USER = 'update hopsmeter.users set email = $2, name = $3, billing_address = $4 where id = $1';

/**
 * Changes how a user is called, reached and billed. Running it twice is running it once.
 *
 * @throws RequestError NOT_FOUND
 */
export function changeUser(pool: Pool, change: Change, id: string, changes: UserChanges): Promise<UserRow> {
  return inAuditedTransaction(pool, change, (transaction) => setUser(transaction, id, changes));
}

/** {@link changeUser} within a change. */
export async function setUser(
  transaction: AuditedTransaction,
  id: string,
  changes: UserChanges,
  reason?: string,
): Promise<UserRow> {
  const known = await readUser(transaction, id);
  const before = { email: known.email, name: known.name, billingAddress: known.billingAddress };
  const after = {
    email: changes.email === undefined ? known.email : changes.email,
    name: changes.name === undefined ? known.name : changes.name,
    billingAddress: changes.billingAddress === undefined ? known.billingAddress : changes.billingAddress,
  };
  if (isDeepStrictEqual(after, before)) return known;
  await transaction.rowsOf(CHANGE_USER, [id, after.email, after.name, after.billingAddress]);
  await transaction.audit({ action: 'change_user', entity: 'users', entityId: id, before, after, reason });
  return { ...known, ...after };
}
