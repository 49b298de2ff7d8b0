import { addMonths, type Cents, formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { centsOf } from '../statements/cents-text.ts';

/** What a statement takes from a grant. */
export type PlannedDraw = { readonly grantId: string; readonly amount: Cents };

/** An account's month and what it comes to. */
export type DrawableTotal = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  /** Nothing is drawn for zero, or for a credit. */
  readonly total: Cents;
};

/**
 * Grants of an account that have something left and are valid on some day of a month, in the order in which they are
 * drawn: those that expire first, those that never expire last, and of equals the oldest first.
 *
 * Guarantees: reads only and locks nothing. Closing a month holds the directory alone, as do granting and revoking, so
 * that what is planned there can be recorded; the database would refuse a draw beyond a grant.
 *
 * Parameters: $1 account owner, $2 first day of the month, $3 first day of the next one.
 */
const READ_DRAWABLE_GRANTS = `
select id, remainder::text
from (
  select credit_grants.*, amount - coalesce(
    (select sum(grant_draws.amount) from hopsmeter.grant_draws where credit_grant_id = credit_grants.id),
      0) as remainder
  from hopsmeter.credit_grants
  where account_owner_id = $1 and revoked_at is null
    and valid_from < $3::date and (expires_on is null or expires_on > $2::date)
) as drawable
where remainder > 0
order by expires_on nulls last, valid_from, created_at, id
`;

/**
 * Plans what an account's grants pay of a month: never more than the total, and no grant gives more than it has.
 *
 * @returns draws above zero, in the order of {@link READ_DRAWABLE_GRANTS}.
 */
export async function planDraws(
  { rowsOf }: Query,
  { accountOwnerId, month, total }: DrawableTotal,
): Promise<readonly PlannedDraw[]> {
  if (total <= 0n) return [];
  const days = [formatUsageDay(month), formatUsageDay(addMonths(month, 1))];
  const grants = await rowsOf<{ id: string; remainder: string }>(READ_DRAWABLE_GRANTS, [accountOwnerId, ...days]);
  const draws: PlannedDraw[] = [];
  let unpaid = total;
  for (const { id, remainder } of grants) {
    if (unpaid === 0n) break;
    const left = centsOf(remainder);
    const amount = left < unpaid ? left : unpaid;
    draws.push({ grantId: id, amount });
    unpaid -= amount;
  }
  return draws;
}
