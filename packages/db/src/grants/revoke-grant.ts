import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { centsText } from '../statements/cents-text.ts';
import { type GrantRow, readGrants } from './read-grants.ts';

export type GrantRevocation = {
  readonly accountOwnerId: string;
  readonly grantId: string;
  /** Not empty. */
  readonly reason: string;
};

/**
 * Revokes the grant $1 at $2 by $3 for the reason $4. Locks: the directory, so that no month is being closed meanwhile.
 * A revoked grant stays as it was revoked.
 */
const REVOKE_GRANT = `
update hopsmeter.credit_grants set revoked_at = $2::timestamptz, revoked_by = $3, revoke_reason = $4
where id = $1::uuid and revoked_at is null
`;

/**
 * Ends a grant: nothing draws from it any more. What was drawn stays drawn. Asked again it returns the grant as it is.
 *
 * @throws RequestError NOT_FOUND without such a grant of the account.
 */
export function revokeGrant(pool: Pool, change: Change, wanted: GrantRevocation): Promise<GrantRow> {
  const { accountOwnerId, grantId: id, reason } = wanted;
  return inAuditedTransaction(pool, change, async (transaction) => {
    const [before] = await readGrants(transaction, accountOwnerId, { id });
    if (before === undefined) throw new RequestError('NOT_FOUND', 'the account has no such grant');
    if (before.revokedAt !== null) return before;
    await transaction.rowsOf(REVOKE_GRANT, [id, transaction.now, change.actor.id, reason]);
    const [after] = await readGrants(transaction, accountOwnerId, { id });
    if (after === undefined) throw new Error('the grant was not changed');
    const unused = centsText(before.amount - before.drawn);
    const entry = { action: 'revoke_grant', entity: 'credit_grants', entityId: id };
    await transaction.audit({
      ...entry,
      before: { accountOwnerId, unused },
      after: { revokedAt: after.revokedAt },
      reason,
    });
    return after;
  });
}
