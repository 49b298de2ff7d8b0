import type { Query } from '../connection/query.ts';

/**
 * A page of the accounts that can have a charge in a month, by id: those with usage booked in it, and those with any
 * statement, because a model effect of a closed month can be due without any usage.
 *
 * Parameters: $1 first day, $2 day after the last, $3 the only account or NULL, $4 the last id before or NULL, $5 rows.
 * Each account is a look-up in the unique key of usage_daily, of which one row is enough. No locks.
 */
const READ_CHARGED_ACCOUNTS = `
select id, coalesce(name, email) as name
from hopsmeter.users
where ($3::text is null or id = $3) and ($4::text is null or id > $4)
  and (
    exists (
      select from hopsmeter.usage_daily
        where account_owner_id = users.id and booked_on >= $1::date and booked_on < $2::date
    )
    or exists (select from hopsmeter.statements where statements.account_owner_id = users.id)
  )
order by id
limit $5::integer
`;

export type ChargedAccountRow = { readonly id: string; readonly name: string | null };

const PAGE_ACCOUNTS = 500;

/** Reads with {@link READ_CHARGED_ACCOUNTS}, a page at a time, whatever the number of accounts. */
export async function* readChargedAccounts(
  { rowsOf }: Query,
  [from, to]: readonly [from: string, to: string],
  accountOwnerId: string | undefined,
): AsyncGenerator<ChargedAccountRow> {
  let page: ChargedAccountRow[];
  let after: string | undefined;
  do {
    const parameters = [from, to, accountOwnerId ?? null, after ?? null, PAGE_ACCOUNTS];
    page = await rowsOf<ChargedAccountRow>(READ_CHARGED_ACCOUNTS, parameters);
    yield* page;
    after = page.at(-1)?.id;
  } while (page.length === PAGE_ACCOUNTS);
}
