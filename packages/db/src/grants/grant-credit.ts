import { type Cents, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { centsText } from '../statements/cents-text.ts';
import { hasAccount } from '../totals/has-account.ts';
import { type GrantRow, readGrants } from './read-grants.ts';

/** Grants of one account: one a month for eighty years. All of them are read to close a month. */
export const GRANTS_MAX = 1_000;

export type NewGrant = {
  readonly accountOwnerId: string;
  /** What the caller calls it; the same one grants nothing a second time. */
  readonly reference: string | null;
  /** Above zero, within DECIMAL(10,2). */
  readonly amount: Cents;
  /** First day, such as `2026-11-01`. */
  readonly validFrom: string;
  /** The day after the last one; null when it does not end. */
  readonly expiresOn: string | null;
  /** Not empty. */
  readonly reason: string;
};

/**
 * Adds a grant: $1 account owner, $2 reference, $3 amount, $4 and $5 days of its validity, $6 reason, $7 moment, $8
 * who. Locks: the directory, so that no month is being closed meanwhile. The unique reference makes it safe to run
 * twice.
 */
const ADD_GRANT = `
insert into hopsmeter.credit_grants
  (account_owner_id, reference, amount, valid_from, expires_on, reason, created_at, created_by)
values ($1, $2, $3::numeric, $4::date, $5::date, $6, $7::timestamptz, $8)
returning id
`;

/** Those that people made: what statements carry forward is never refused. */
const COUNT_GRANTS = `
select count(*)::integer as count from hopsmeter.credit_grants
  where account_owner_id = $1 and carried_from_statement_id is null
`;

/**
 * Gives an account something to draw from. Asked again with the same reference it returns the grant that is there;
 * without a reference every call grants.
 *
 * @throws RequestError NOT_FOUND for an id that is no account, GRANT_EXISTS when the reference is another grant's,
 *   GRANT_REVOKED when it is a revoked grant's, from which nothing can be drawn; TOO_MANY_GRANTS.
 */
export async function grantCredit(pool: Pool, change: Change, grant: NewGrant): Promise<Created<GrantRow>> {
  if (!(await hasAccount(pool, grant.accountOwnerId))) throw new RequestError('NOT_FOUND', 'no such account');
  return inAuditedTransaction(pool, change, (transaction) => addGrant(transaction, change.actor.id, grant));
}

/** {@link grantCredit} within a change, for what is known to be an account. */
export async function addGrant(
  transaction: AuditedTransaction,
  actorId: string,
  grant: NewGrant,
): Promise<Created<GrantRow>> {
  const { accountOwnerId, reference, amount, validFrom, expiresOn, reason } = grant;
  const { rowsOf, now } = transaction;
  const [known] = reference === null ? [] : await readGrants(transaction, accountOwnerId, { reference });
  if (known !== undefined) {
    if (known.revokedAt !== null)
      throw new RequestError('GRANT_REVOKED', `${reference} is ${known.id}, which was revoked: take another reference`);
    if (!isSame(known, grant))
      throw new RequestError('GRANT_EXISTS', `${reference} is ${known.id}, with other content`);
    return { isCreated: false, value: known };
  }
  const [grants] = await rowsOf<{ count: number }>(COUNT_GRANTS, [accountOwnerId]);
  if (grants === undefined || grants.count >= GRANTS_MAX)
    throw new RequestError('TOO_MANY_GRANTS', `an account has at most ${GRANTS_MAX} grants`);
  const words = [accountOwnerId, reference, centsText(amount), validFrom, expiresOn, reason, now, actorId];
  const [added] = await rowsOf<{ id: string }>(ADD_GRANT, words);
  const [value] = added === undefined ? [] : await readGrants(transaction, accountOwnerId, { id: added.id });
  if (value === undefined) throw new Error('the grant was not inserted');
  await transaction.audit({
    action: 'grant_credit',
    entity: 'credit_grants',
    entityId: value.id,
    after: { accountOwnerId, reference, amount: centsText(amount), validFrom, expiresOn },
    reason,
  });
  return { isCreated: true, value };
}

function isSame(known: GrantRow, wanted: NewGrant): boolean {
  return (
    known.amount === wanted.amount &&
    known.validFrom === wanted.validFrom &&
    known.expiresOn === wanted.expiresOn &&
    known.reason === wanted.reason
  );
}
