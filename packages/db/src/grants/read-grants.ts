import type { Cents } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { monthText } from '../sql/day.ts';
import { instantText } from '../sql/instant.ts';
import { centsOf } from '../statements/cents-text.ts';

/** A prepaid grant, in USD. Days are texts such as `2026-11-22`, times RFC 3339. */
export type GrantRow = {
  readonly id: string;
  readonly accountOwnerId: string;
  readonly reference: string | null;
  readonly amount: Cents;
  /** What statements took from it, less what they gave back. */
  readonly drawn: Cents;
  /** First day of its validity. */
  readonly validFrom: string;
  /** The day after the last one; null when it does not end. */
  readonly expiresOn: string | null;
  readonly reason: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly revokeReason: string | null;
  /** The statement below zero that left it for later ones; null for a grant that a person made. */
  readonly carriedFrom: { readonly month: string; readonly number: number } | null;
  /** What each statement took, by month; below zero where it gave back. They add up to `drawn`. */
  readonly draws: readonly { readonly month: string; readonly number: number; readonly amount: string }[];
};

/**
 * The grants of an account, or one of them, in the order in which they are drawn: see plan-draws.ts. Parameters: $1
 * account owner, $2 id or NULL, $3 reference or NULL. Reads only.
 */
const READ_GRANTS = `
select
  id, account_owner_id as "accountOwnerId", reference, amount::text,
  coalesce((select sum(grant_draws.amount) from hopsmeter.grant_draws
    where credit_grant_id = credit_grants.id), 0)::text as drawn,
  valid_from::text as "validFrom", expires_on::text as "expiresOn", reason,
  ${instantText('created_at')} as "createdAt",
  ${instantText('revoked_at')} as "revokedAt", revoke_reason as "revokeReason",
  (
    select jsonb_build_object('month', ${monthText('month')}, 'number', number)
    from hopsmeter.statements where id = carried_from_statement_id
  ) as "carriedFrom",
  (
    select coalesce(jsonb_agg(jsonb_build_object(
      'month', ${monthText('month')}, 'number', number, 'amount', grant_draws.amount::text) order by number), '[]')
    from hopsmeter.grant_draws join hopsmeter.statements on statements.id = statement_id
    where credit_grant_id = credit_grants.id
  ) as draws
from hopsmeter.credit_grants
where account_owner_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or reference = $3)
order by expires_on nulls last, valid_from, credit_grants.created_at, id
`;

type Row = Omit<GrantRow, 'amount' | 'drawn'> & { readonly amount: string; readonly drawn: string };

/** Reads with {@link READ_GRANTS}. */
export async function readGrants(
  { rowsOf }: Query,
  accountOwnerId: string,
  { id, reference }: { readonly id?: string; readonly reference?: string } = {},
): Promise<readonly GrantRow[]> {
  const rows = await rowsOf<Row>(READ_GRANTS, [accountOwnerId, id ?? null, reference ?? null]);
  return rows.map((row) => ({ ...row, amount: centsOf(row.amount), drawn: centsOf(row.drawn) }));
}
