import type { Pool } from '../connection/pool.ts';
import { DEFAULT_CARD, ownCardsOn } from '../pricing/read-credit-usd.ts';

/** What accounts can be ordered by, the smallest first; with `-` the largest first. Equal ones are ordered by id. */
export const ACCOUNTS_SORTS = [
  '-total',
  'total',
  '-previous',
  'previous',
  '-projected',
  'projected',
  'name',
  '-name',
] as const;
export type AccountsSort = (typeof ACCOUNTS_SORTS)[number];

/** Of the two keys one is always NULL; the number's is negative where the largest comes first. */
const ORDER = `
    case when $9 = '-name' then name_key end collate "C" desc, name_key collate "C", number_key, id collate "C"`;

/**
 * A page of the accounts of a month with the month before and a projection, and the sums over all accounts that match.
 *
 * Guarantees
 * - An account is every user without an owner, and every user who has usage billed to them in the month: a former owner
 *   keeps the months that they paid for. The only account that is asked for ($7) is there in every month.
 * - `total` is the account's exact total rounded once, half away from zero (what `round` does with NUMERIC), and
 *   `overall_total` is the sum of those, of all matching accounts and not only of the page. So whoever adds up the
 *   pages gets that number; the sums of the month before and of the projections are the same. Credits too, to 4
 *   decimals, at what a credit of the account's card costs on the last day.
 * - The projection is what the whole days that have passed cost, divided by their number, times the days of the month,
 *   rounded once, half away from zero; never less than what the month costs already.
 * - One snapshot: the page and the sums belong together. There is always a row; without accounts its id is NULL.
 *
 * Parameters: $1 first day, $2 day after the last, $3 LIKE pattern or NULL, $4 first day of the month before, $5 end of
 * its period to compare with, $6 the day after the last whole day that has passed, $7 id of the only account to list or
 * NULL, $8 whole days that have passed or NULL when there is none, $9 sort, $10 and $11 sort key and id of the last
 * account seen or NULL, $12 number of rows.
 *
 * Two months are summed in one pass over `account_day_costs`, day by day: asked for as a range Postgres reads the whole
 * table of 400 days, and for a single account each day of all accounts. Ids and names are compared by code unit ("C"),
 * so that the order is the same on every server; only where they are ordered, because a column of that collation could
 * not use the index of `users` for the members (365 ms instead of 5).
 *
 * Credits and projections are divisions of whole numbers (`div`): NUMERIC's quotient is rounded itself, to some digit,
 * and rounding it again could go the wrong way at a half. The cards are joined: asked for each account they took 75 ms
 * of 5,000 accounts, joined 5.
 */
const LIST_ACCOUNTS = `
with sums as (
  select account_owner_id,
    coalesce(sum(cost) filter (where booked_on >= $1::date), 0) as total,
    coalesce(sum(cost) filter (where booked_on < $1::date), 0) as previous,
    coalesce(sum(cost) filter (where booked_on < $5::date), 0) as same_period,
    coalesce(sum(cost) filter (where booked_on >= $1::date and booked_on < $6::date), 0) as whole_days,
    bool_or(booked_on >= $1::date) as is_billed
  from hopsmeter.account_day_costs
  where booked_on = any (array(select generate_series($4::date, $2::date - 1, interval '1 day')::date))
    and ($7::text is null or account_owner_id = $7) and row_count > 0
  group by account_owner_id
),
accounts as materialized (
  select users.id, users.name, users.email,
    coalesce(sums.total, 0)::numeric(38, 12) as total_exact,
    coalesce(sums.previous, 0)::numeric(38, 12) as previous_exact,
    coalesce(sums.same_period, 0)::numeric(38, 12) as same_period_exact,
    coalesce(sums.whole_days, 0) as whole_days
  from hopsmeter.users
  left join sums on sums.account_owner_id = users.id
  where (users.account_owner_id is null or sums.is_billed or $7 is not null)
    and ($7::text is null or users.id = $7)
    and ($3::text is null or users.id ilike $3 or users.name ilike $3 or users.email ilike $3)
),
priced as materialized (
  select accounts.*,
    sign(total_exact) * div(abs(total_exact) * 20000 + card.credit_usd, 2 * card.credit_usd) * 0.0001 as credits,
    case when $8::integer is not null then greatest(
      sign(whole_days) * div(abs(whole_days) * 200 * ($2::date - $1::date) + $8, 2 * $8) * 0.01,
      round(total_exact, 2)
    )::numeric(38, 2) end as projected
  from accounts
  left join ${ownCardsOn('$2::date - 1')} as own on own.account_owner_id = accounts.id
  left join hopsmeter.rate_cards as card on card.id = coalesce(own.rate_card_id, ${DEFAULT_CARD})
),
keyed as materialized (
  select priced.*,
    case when $9::text in ('name', '-name')
      then left(lower(coalesce(name, email, id)), 255) end collate "C" as name_key,
    case ltrim($9, '-')
      when 'total' then total_exact when 'previous' then previous_exact when 'projected' then coalesce(projected, 0)
    end * case when $9 like '-%' then -1 else 1 end as number_key
  from priced
),
page as (
  select * from keyed
  where $11::text is null
    or case $9
      when 'name' then name_key > $10::text or (name_key = $10 and id collate "C" > $11)
      when '-name' then name_key < $10 or (name_key = $10 and id collate "C" > $11)
      else number_key > $10::numeric or (number_key = $10::numeric and id collate "C" > $11)
    end
  order by ${ORDER}
  limit $12::integer
)
select
  (select coalesce(sum(round(total_exact, 2)), 0)::numeric(38, 2) from priced)::text as "overallTotal",
  (select coalesce(sum(credits), 0)::numeric(38, 4) from priced)::text as "overallCredits",
  (select coalesce(sum(round(previous_exact, 2)), 0)::numeric(38, 2) from priced)::text as "overallPrevious",
  (select coalesce(sum(round(same_period_exact, 2)), 0)::numeric(38, 2) from priced)::text as "overallSamePeriod",
  (select case when $8 is not null then coalesce(sum(projected), 0)::numeric(38, 2) end from priced)::text
    as "overallProjected",
  page.id, page.name, page.email,
  (select count(*)::integer from hopsmeter.users as members where members.account_owner_id = page.id) as "memberCount",
  round(page.total_exact, 2)::text as total,
  page.total_exact::text as "totalExact",
  page.credits::numeric(38, 4)::text as credits,
  round(page.previous_exact, 2)::text as previous,
  page.previous_exact::text as "previousExact",
  round(page.same_period_exact, 2)::text as "samePeriod",
  page.same_period_exact::text as "samePeriodExact",
  page.projected::text as projected,
  coalesce(page.name_key, page.number_key::numeric(38, 12)::text) as "sortKey"
from (values (true)) as always
left join page on true
order by ${ORDER}
`;

/** The last account of a page: the next page begins after it. Its key belongs to the sort. */
export type AccountPosition = { readonly sort: AccountsSort; readonly key: string; readonly id: string };

export type AccountsQuery = {
  /** First day and day after the last, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  /** First day of the month before, and the day after the last one to compare with. */
  readonly previousFrom: string;
  readonly samePeriodTo: string;
  /** Whole days of the month that have passed, and the day after the last of them; undefined before the first. */
  readonly wholeDays: number | undefined;
  readonly wholeDaysTo: string;
  /** The only account to list; undefined for all of them. */
  readonly ownerId: string | undefined;
  /** Text that the id, the name or the e-mail address contains, upper or lower case. */
  readonly search: string | undefined;
  readonly sort: AccountsSort;
  readonly after: AccountPosition | undefined;
  readonly limit: number;
};

/**
 * An account and its total: `total` in cents as `12.34`, `totalExact` with 12 decimals, `credits` with 4. The same of
 * the month before and of its first days; `projected` in cents, null before a whole day has passed.
 */
export type AccountRow = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly memberCount: number;
  readonly total: string;
  readonly totalExact: string;
  readonly credits: string;
  readonly previous: string;
  readonly previousExact: string;
  readonly samePeriod: string;
  readonly samePeriodExact: string;
  readonly projected: string | null;
  /** What the account is ordered by, for {@link AccountPosition}. */
  readonly sortKey: string;
};

/** The sums of all accounts that match, whatever page they are on. */
export type AccountSums = {
  readonly overallTotal: string;
  readonly overallCredits: string;
  readonly overallPrevious: string;
  readonly overallSamePeriod: string;
  readonly overallProjected: string | null;
};

export type AccountsPage = AccountSums & { readonly accounts: readonly AccountRow[] };

/** Lists accounts with {@link LIST_ACCOUNTS}. */
export async function listAccounts(pool: Pool, query: AccountsQuery): Promise<AccountsPage> {
  const pattern = query.search === undefined ? null : `%${escapeLike(query.search)}%`;
  const { rows } = await pool.query<AccountSums & (AccountRow | { readonly id: null })>(LIST_ACCOUNTS, [
    query.from,
    query.to,
    pattern,
    query.previousFrom,
    query.samePeriodTo,
    query.wholeDaysTo,
    query.ownerId ?? null,
    query.wholeDays ?? null,
    query.sort,
    query.after?.key ?? null,
    query.after?.id ?? null,
    query.limit,
  ]);
  const [first] = rows;
  if (first === undefined) throw new Error('a list of accounts gave no row');
  const { overallTotal, overallCredits, overallPrevious, overallSamePeriod, overallProjected } = first;
  const accounts = rows.flatMap((row) => (row.id === null ? [] : [row]));
  return { accounts, overallTotal, overallCredits, overallPrevious, overallSamePeriod, overallProjected };
}

/** Makes a text stand for itself in a LIKE pattern. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
