import { type Cents, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { centsOf, centsText } from '../statements/cents-text.ts';
import { hasAccount } from '../totals/has-account.ts';

const READ_CAP = 'select amount::text from hopsmeter.spending_caps where account_owner_id = $1';

/**
 * Sets the cap of $1 to $2 at $3 by $4; a worker compares spending with it within seconds. Locks: the directory, then
 * the cap. Run twice it does nothing the second time but move the moment, which the caller avoids.
 */
const SET_CAP = `
insert into hopsmeter.spending_caps (account_owner_id, amount, set_at, set_by)
values ($1, $2::numeric, $3::timestamptz, $4)
on conflict (account_owner_id)
  do update set amount = excluded.amount, set_at = excluded.set_at, set_by = excluded.set_by, checked_at = null
`;

const REMOVE_CAP = 'delete from hopsmeter.spending_caps where account_owner_id = $1';

/**
 * Sets what an account wants to spend in a month at most. Alerts that were raised stay as they were raised. The same
 * amount again changes nothing.
 *
 * @param amount above zero, within DECIMAL(10,2).
 * @throws RequestError NOT_FOUND for an id that is no account.
 */
export async function setSpendingCap(pool: Pool, change: Change, accountOwnerId: string, amount: Cents): Promise<void> {
  if (!(await hasAccount(pool, accountOwnerId))) throw new RequestError('NOT_FOUND', 'no such account');
  const text = centsText(amount);
  await inAuditedTransaction(pool, change, async ({ now, rowsOf, audit }) => {
    const [before] = await rowsOf<{ amount: string }>(READ_CAP, [accountOwnerId]);
    if (before !== undefined && centsOf(before.amount) === amount) return;
    await rowsOf(SET_CAP, [accountOwnerId, text, now, change.actor.id]);
    const entry = { action: 'set_spending_cap', entity: 'spending_caps', entityId: accountOwnerId };
    await audit({ ...entry, before, after: { amount: text } });
  });
}

/** Takes an account's cap away. @returns whether there was one. */
export function removeSpendingCap(pool: Pool, change: Change, accountOwnerId: string): Promise<boolean> {
  return inAuditedTransaction(pool, change, async ({ rowsOf, audit }) => {
    const [before] = await rowsOf<{ amount: string }>(READ_CAP, [accountOwnerId]);
    if (before === undefined) return false;
    await rowsOf(REMOVE_CAP, [accountOwnerId]);
    const entry = { action: 'remove_spending_cap', entity: 'spending_caps', entityId: accountOwnerId };
    await audit({ ...entry, before });
    return true;
  });
}
