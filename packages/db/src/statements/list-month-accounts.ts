import { addMonths, formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { rangeOf } from './read-account-month.ts';
import { describeWaiting, readWaiting, type WaitingUsage } from './read-waiting.ts';

/**
 * The accounts with something booked in a month or in the one before it, or with a statement of it, by id: where each
 * stands, what it comes to and what the month before came to.
 *
 * Guarantees: totals are those of statements or, without one, what is booked at list prices, without what tiers,
 * packages and included units make of the month; computing that takes some milliseconds an account, see
 * draft-statement.ts.
 *
 * Parameters: $1 first day of the month, $2 first day of the next one, $3 first day of the one before, $4 id after
 * which the list begins, or NULL, $5 most accounts. No locks.
 */
const LIST_MONTH_ACCOUNTS = `
with booked as (
  select account_owner_id as id,
    sum(cost) filter (where booked_on >= $1::date) as cost,
    sum(cost) filter (where booked_on < $1::date) as previous
  from hopsmeter.account_day_costs
  where booked_on = any (array(select generate_series($3::date, $2::date - 1, interval '1 day')::date))
    and row_count > 0
  group by account_owner_id
),
page as materialized (
  select id from (
    select id from booked
    union
    select account_owner_id from hopsmeter.statements where month = $1::date
  ) as listed
  where $4::text is null or id collate "C" > $4
  order by id collate "C"
  limit $5::integer
)
select
  page.id as "accountOwnerId", coalesce(users.name, users.email) as "accountName",
  (now() at time zone 'UTC')::date >= $2::date as "isEnded",
  hopsmeter.open_since(page.id) > $1::date as "isClosed",
  booked.cost is not null as "isBooked",
  final.number, ${instantText('final.closed_at')} as "closedAt",
  coalesce(final.total, round(booked.cost, 2), 0)::numeric(38, 2)::text as total,
  coalesce(final.total_exact, booked.cost, 0)::numeric(38, 12)::text as "totalExact",
  coalesce(before.total, round(booked.previous, 2), 0)::numeric(38, 2)::text as previous,
  coalesce(before.total_exact, booked.previous, 0)::numeric(38, 12)::text as "previousExact",
  (
    select to_char(min(booked_on), 'YYYY-MM') from hopsmeter.usage_daily
    where account_owner_id = page.id and booked_on < $1::date and booked_on >= hopsmeter.open_since(page.id)
  ) as "earlierMonth",
  (
    select price_changes.id from hopsmeter.price_changes
    where status = 'applying' and coalesce(account_owner_id, page.id) = page.id and first_day < $2::date
    order by created_at, price_changes.id
    limit 1
  ) as "applyingId"
from page
left join booked using (id)
left join hopsmeter.users using (id)
left join hopsmeter.statements as final on final.account_owner_id = page.id and final.month = $1::date
left join hopsmeter.statements as before on before.account_owner_id = page.id and before.month = $3::date
order by page.id collate "C"
`;

/**
 * Where an account stands with a month.
 *
 * - `closed`: it, or a later month, has a statement.
 * - `running`: the month has not ended.
 * - `refused`: closing it would be refused as it is now.
 * - `ready`: it can be closed.
 * - `nothing`: nothing is booked in it.
 */
export const ACCOUNT_MONTH_STATES = ['closed', 'running', 'refused', 'ready', 'nothing'] as const;
export type AccountMonthState = (typeof ACCOUNT_MONTH_STATES)[number];

/** Totals in cents as `12.34`, exact ones with 12 decimals, `closedAt` RFC 3339. */
export type MonthAccountRow = {
  readonly accountOwnerId: string;
  readonly accountName: string | null;
  readonly number: number | null;
  readonly closedAt: string | null;
  readonly total: string;
  readonly totalExact: string;
  readonly previous: string;
  readonly previousExact: string;
  readonly state: AccountMonthState;
  /** Why it would be refused; undefined in other states. */
  readonly refusal: { readonly code: MonthRefusalCode; readonly detail: string } | undefined;
  /** What may still change the month; of a closed one nothing is told. */
  readonly waiting: WaitingUsage | undefined;
};

export type MonthRefusalCode = 'EARLIER_MONTH_OPEN' | 'PRICE_CHANGE_APPLYING' | 'USAGE_WAITING';

type StoredRow = Omit<MonthAccountRow, 'state' | 'refusal' | 'waiting'> & {
  readonly isEnded: boolean;
  readonly isClosed: boolean;
  readonly isBooked: boolean;
  readonly earlierMonth: string | null;
  readonly applyingId: string | null;
};

export type MonthAccountsQuery = {
  readonly month: UsageMonth;
  /** The last account of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_MONTH_ACCOUNTS}, and what waits of the months that are open. */
export async function listMonthAccounts(pool: Pool, query: MonthAccountsQuery): Promise<readonly MonthAccountRow[]> {
  const { month, after, limit } = query;
  const before = formatUsageDay(addMonths(month, -1));
  const { rows } = await pool.query<StoredRow>(LIST_MONTH_ACCOUNTS, [...rangeOf(month), before, after ?? null, limit]);
  const open = rows.filter(({ isClosed }) => !isClosed).map(({ accountOwnerId }) => accountOwnerId);
  const waiting = await readWaiting(pool, month, open);
  return rows.map((row) => describe(row, waiting.get(row.accountOwnerId)));
}

function describe(row: StoredRow, waiting: WaitingUsage | undefined): MonthAccountRow {
  const { isEnded, isClosed, isBooked, earlierMonth, applyingId, ...account } = row;
  if (isClosed) return { ...account, state: 'closed', refusal: undefined, waiting: undefined };
  const refusal = refusalOf(row, waiting);
  if (!isEnded) return { ...account, state: 'running', refusal: undefined, waiting };
  if (refusal !== undefined) return { ...account, state: 'refused', refusal, waiting };
  return { ...account, state: isBooked ? 'ready' : 'nothing', refusal, waiting };
}

/** In the order in which closing asks, see close-month.ts. */
function refusalOf({ isBooked, earlierMonth, applyingId }: StoredRow, waiting: WaitingUsage | undefined) {
  if (earlierMonth !== null && isBooked)
    return { code: 'EARLIER_MONTH_OPEN', detail: `${earlierMonth} is open and has to be closed before` } as const;
  if (applyingId !== null && isBooked)
    return { code: 'PRICE_CHANGE_APPLYING', detail: `the price change ${applyingId} is being applied` } as const;
  if (waiting !== undefined) return { code: 'USAGE_WAITING', detail: describeWaiting(waiting) } as const;
  return undefined;
}
