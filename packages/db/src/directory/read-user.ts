import { RequestError, type RequestErrorCode } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';

/** A user as lists and answers show one. Times are RFC 3339. */
export type UserRow = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** Whom statements are addressed to, lines separated by `\n`; null: name and e-mail address. */
  readonly billingAddress: string | null;
  /** Null for an account owner. */
  readonly accountOwnerId: string | null;
  /** The cluster that the user is on now. */
  readonly clusterId: string | null;
  readonly createdAt: string;
};

/** Columns of a {@link UserRow}; the statement must name `users`. */
export const USER_COLUMNS = `
  users.id, users.email, users.name, users.billing_address as "billingAddress",
  users.account_owner_id as "accountOwnerId",
  (
    select hopsworks_cluster_id from hopsmeter.user_hopsworks_assignments
    where user_id = users.id and ended_at is null
  ) as "clusterId",
  ${instantText('users.created_at')} as "createdAt"
`;

/** Reads one user by id, $1. */
const READ_USER = `select ${USER_COLUMNS} from hopsmeter.users where id = $1`;

/** Reads a user; undefined when there is none. */
export async function findUser({ rowsOf }: AuditedTransaction, id: string): Promise<UserRow | undefined> {
  const [user] = await rowsOf<UserRow>(READ_USER, [id]);
  return user;
}

/**
 * Reads a user who must be there.
 *
 * @throws RequestError NOT_FOUND for whom the request is about, UNKNOWN_REFERENCE for whom it only names.
 */
export async function readUser(
  transaction: AuditedTransaction,
  id: string,
  code: Extract<RequestErrorCode, 'NOT_FOUND' | 'UNKNOWN_REFERENCE'> = 'NOT_FOUND',
): Promise<UserRow> {
  const user = await findUser(transaction, id);
  if (user === undefined) throw new RequestError(code, `there is no user ${id}`);
  return user;
}

/** Reads a user who must be an account owner. @throws RequestError UNKNOWN_REFERENCE, TWO_LEVELS */
export async function readOwner(transaction: AuditedTransaction, id: string): Promise<UserRow> {
  const owner = await readUser(transaction, id, 'UNKNOWN_REFERENCE');
  if (owner.accountOwnerId !== null) throw new RequestError('TWO_LEVELS', `${id} is a member and cannot own members`);
  return owner;
}
