import type { Query } from '../connection/query.ts';
import { centsText } from '../statements/cents-text.ts';
import type { PlannedDraw } from './plan-draws.ts';

/**
 * Adds what a statement drew, or below zero gave back. Parameters: $1 statement, $2 grants, $3 their amounts.
 *
 * Guarantees: nothing is written when one draw is more than its grant has left, or is of a grant that is not the
 * account's, not valid in the month or revoked; and the transaction cannot commit when the draws are not what the
 * statement says was prepaid (triggers, see drizzle/0008_grants.sql). Locks: the grants, in the order of their ids.
 */
const RECORD_DRAWS = `
insert into hopsmeter.grant_draws (credit_grant_id, statement_id, amount)
select credit_grant_id, $1::uuid, amount
from unnest($2::uuid[], $3::numeric[]) as draw (credit_grant_id, amount)
order by credit_grant_id
`;

/** Records draws that were planned in the same transaction with `planDraws`. */
export async function recordDraws(
  { rowsOf }: Query,
  statementId: string,
  draws: readonly PlannedDraw[],
): Promise<void> {
  if (draws.length === 0) return;
  const grantIds = draws.map(({ grantId }) => grantId);
  const amounts = draws.map(({ amount }) => centsText(amount));
  await rowsOf(RECORD_DRAWS, [statementId, grantIds, amounts]);
}
