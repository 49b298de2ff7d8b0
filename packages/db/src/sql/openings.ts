/**
 * A relation for a `with`: of each account with a closed month (`account`), the first day of its open month (`since`).
 * An account without one has no row: nothing is closed. `hopsmeter.open_since` says the same of one account.
 */
export const OPENINGS = `
openings as materialized (
  select account_owner_id as account, (max(month) + interval '1 month')::date as since
  from hopsmeter.statements group by account_owner_id
)`;

/** The day since which an account is open, from {@link OPENINGS}; NULL where it always was. */
export function openSince(account: string): string {
  return `(select since from openings where account = ${account})`;
}
