import type { Cents } from '@hopsmeter/usage';
import type { GrantRow } from './read-grants.ts';

/** What became of an account's grants. `granted` = `drawn` + `expired` + `revoked` + `left`, to the cent. */
export type GrantBalance = {
  readonly granted: Cents;
  /** What statements took, less what they gave back. */
  readonly drawn: Cents;
  /**
   * What was not drawn of grants that are not valid any more. A month that is closed later still draws from the grants
   * that were valid in it, so it can become less.
   */
  readonly expired: Cents;
  /** What was not drawn of revoked grants; nothing draws from them. */
  readonly revoked: Cents;
  /** What is not drawn of grants that are valid now or will be. */
  readonly left: Cents;
};

/** Where a grant is in its life, on a day such as `2026-11-22`. */
export function statusOf(grant: GrantRow, today: string): 'scheduled' | 'valid' | 'expired' | 'revoked' {
  if (grant.revokedAt !== null) return 'revoked';
  if (grant.expiresOn !== null && grant.expiresOn <= today) return 'expired';
  return grant.validFrom > today ? 'scheduled' : 'valid';
}

/** Adds up grants as they are on a day. */
export function balanceOf(grants: readonly GrantRow[], today: string): GrantBalance {
  const balance = { granted: 0n, drawn: 0n, expired: 0n, revoked: 0n, left: 0n };
  for (const grant of grants) {
    const status = statusOf(grant, today);
    balance.granted += grant.amount;
    balance.drawn += grant.drawn;
    balance[status === 'expired' || status === 'revoked' ? status : 'left'] += grant.amount - grant.drawn;
  }
  return balance;
}
