import { addMonths, type Cents, formatUsageDay } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { centsOf } from '../statements/cents-text.ts';
import type { DrawableTotal, PlannedDraw } from './plan-draws.ts';

/**
 * Where the amount goes by which a statement is below zero: nothing of it is lost, and nobody is asked to pay it out.
 */
export type PlannedReturns = {
  /** What goes back to grants: draws below zero. */
  readonly draws: readonly PlannedDraw[];
  /** What no grant can take back: it becomes a grant of its own, for the account's next statements. Zero or more. */
  readonly carried: Cents;
};

/**
 * Grants of an account that statements drew from and that can still be drawn from after a month, in the order in which
 * they take money back: the one that is drawn last first (see plan-draws.ts).
 *
 * Parameters: $1 account owner, $2 first day of the month after. Reads only, like `READ_DRAWABLE_GRANTS`.
 */
const READ_RETURNABLE_GRANTS = `
select id, drawn::text
from (
  select credit_grants.*, (
    select sum(grant_draws.amount) from hopsmeter.grant_draws where credit_grant_id = credit_grants.id
  ) as drawn
  from hopsmeter.credit_grants
  where account_owner_id = $1 and revoked_at is null and (expires_on is null or expires_on > $2::date)
) as returnable
where drawn > 0
order by expires_on desc nulls first, valid_from desc, created_at desc, id desc
`;

/**
 * Plans what becomes of a statement below zero. Money that grants paid comes back to them, no grant gets more than it
 * gave; the rest, which was paid in another way or by grants that have ended, is carried forward.
 *
 * @param total below zero.
 */
export async function planReturns(
  { rowsOf }: Query,
  { accountOwnerId, month, total }: DrawableTotal,
): Promise<PlannedReturns> {
  const next = formatUsageDay(addMonths(month, 1));
  const grants = await rowsOf<{ id: string; drawn: string }>(READ_RETURNABLE_GRANTS, [accountOwnerId, next]);
  const draws: PlannedDraw[] = [];
  let carried = -total;
  for (const { id, drawn } of grants) {
    if (carried === 0n) break;
    const given = centsOf(drawn);
    const amount = given < carried ? given : carried;
    draws.push({ grantId: id, amount: -amount });
    carried -= amount;
  }
  return { draws, carried };
}
