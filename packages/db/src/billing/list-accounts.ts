import type { Pool } from '../pool.ts';
import { DEFAULT_CARD, ownCardsOn } from '../pricing/read-credit-usd.ts';

/**
 * A page of the accounts of a month, the largest total first, and the sum over all accounts that match.
 *
 * Guarantees
 * - An account is every user without an owner, and every user who has usage billed to them in the month: a former owner
 *   keeps the months that they paid for.
 * - `total` is the account's exact total rounded once, half away from zero (what `round` does with NUMERIC), and
 *   `overall_total` is the sum of those, of all matching accounts and not only of the page. So whoever adds up the pages
 *   gets that number. Credits are the same, to 4 decimals, at what a credit of the account's card costs on the last day.
 * - One snapshot: the page and the sum belong together. There is always a row; without accounts its id is NULL.
 *
 * Parameters: $1 first day, $2 day after the last, $3 LIKE pattern or NULL, $4 and $5 exact total and id of the last
 * account seen or NULL, $6 number of rows, $7 id of the only account to list or NULL.
 *
 * The month is summed in one pass over the index of the day. Asking for each account through the unique key instead
 * reads the same rows in another order and lost: 937 against 156 ms for 1,000 accounts with 810,000 rows in the month.
 * Ids are compared by code unit ("C"), so that the order is the same on every server; only where they are ordered, because
 * a column of that collation could not use the index of `users` for the members (365 ms instead of 5).
 *
 * Credits are a division of whole numbers (`div`): NUMERIC's quotient is rounded itself, to some digit, and rounding it
 * again could go the wrong way at a half. The cards are joined: asked for each account they took 75 ms of 5,000
 * accounts, joined 5.
 */
const LIST_ACCOUNTS = `
with month_totals as (
  select account_owner_id, sum(cost) as cost
  from usage_daily
  where booked_on >= $1::date and booked_on < $2::date
    and ($7::text is null or account_owner_id = $7)
  group by account_owner_id
),
accounts as materialized (
  select users.id, users.name, users.email,
    coalesce(month_totals.cost, 0)::numeric(38, 12) as total_exact
  from users
  left join month_totals on month_totals.account_owner_id = users.id
  where (users.account_owner_id is null or month_totals.account_owner_id is not null)
    and ($7::text is null or users.id = $7)
    and ($3::text is null or users.id ilike $3 or users.name ilike $3 or users.email ilike $3)
),
priced as materialized (
  select accounts.*,
    sign(total_exact) * div(abs(total_exact) * 20000 + card.credit_usd, 2 * card.credit_usd) * 0.0001 as credits
  from accounts
  left join ${ownCardsOn('$2::date - 1')} as own on own.account_owner_id = accounts.id
  left join rate_cards as card on card.id = coalesce(own.rate_card_id, ${DEFAULT_CARD})
),
page as (
  select id, name, email, total_exact, credits
  from priced
  where $4::numeric is null or total_exact < $4 or (total_exact = $4 and id collate "C" > $5::text)
  order by total_exact desc, id collate "C"
  limit $6::integer
)
select
  (select coalesce(sum(round(total_exact, 2)), 0)::numeric(38, 2) from priced)::text as "overallTotal",
  (select coalesce(sum(credits), 0)::numeric(38, 4) from priced)::text as "overallCredits",
  page.id, page.name, page.email,
  (select count(*)::integer from users as members where members.account_owner_id = page.id) as "memberCount",
  round(page.total_exact, 2)::text as total,
  page.total_exact::text as "totalExact",
  page.credits::numeric(38, 4)::text as credits
from (values (true)) as always
left join page on true
order by page.total_exact desc, page.id collate "C"
`;

/** The last account of a page: the next page begins after it. */
export type AccountPosition = { readonly totalExact: string; readonly id: string };

export type AccountsQuery = {
  /** First day and day after the last, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  /** The only account to list; undefined for all of them. */
  readonly ownerId: string | undefined;
  /** Text that the id, the name or the e-mail address contains, upper or lower case. */
  readonly search: string | undefined;
  readonly after: AccountPosition | undefined;
  readonly limit: number;
};

/** An account and its total: `total` in cents as `12.34`, `totalExact` with 12 decimals, `credits` with 4. */
export type AccountRow = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly memberCount: number;
  readonly total: string;
  readonly totalExact: string;
  readonly credits: string;
};

export type AccountsPage = {
  readonly accounts: readonly AccountRow[];
  /** The sums of the totals, and of the credits, of all accounts that match, whatever page they are on. */
  readonly overallTotal: string;
  readonly overallCredits: string;
};

type Row = { readonly overallTotal: string; readonly overallCredits: string } & (AccountRow | { readonly id: null });

/** Lists accounts with {@link LIST_ACCOUNTS}. */
export async function listAccounts(
  pool: Pool,
  { from, to, ownerId, search, after, limit }: AccountsQuery,
): Promise<AccountsPage> {
  const pattern = search === undefined ? null : `%${escapeLike(search)}%`;
  const { rows } = await pool.query<Row>(LIST_ACCOUNTS, [
    from,
    to,
    pattern,
    after?.totalExact ?? null,
    after?.id ?? null,
    limit,
    ownerId ?? null,
  ]);
  const accounts = rows.flatMap((row) => {
    if (row.id === null) return [];
    const { overallTotal: _total, overallCredits: _credits, ...account } = row;
    return [account];
  });
  const [first] = rows;
  return { accounts, overallTotal: first?.overallTotal ?? '0.00', overallCredits: first?.overallCredits ?? '0.0000' };
}

/** Makes a text stand for itself in a LIKE pattern. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
