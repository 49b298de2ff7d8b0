import { parseQuantity, type StatementPart, type UsageMonth } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { rangeOf } from './read-account-month.ts';
import { toUnitPrices, type UnitPrice, type UnitPriceRow } from './unit-prices.ts';

/**
 * What is booked in an account's month, by usage month, meter and user.
 *
 * Guarantees: every rollup row that is booked in the month is in exactly one row, so costs add up to the month's to the
 * last digit. The cost comes in two parts: quantity at its price, and what later prices make of usage that closed
 * months billed. A quantity is rounded as it is shown, its sum once, and so is the quantity at each list price, the
 * earliest first; those that were taken back as a whole are left out.
 *
 * Parameters: $1 account owner, $2 first day, $3 day after the last. One range of the unique key.
 */
const READ_BOOKED_PARTS = `
with priced as (
  select
    date_trunc('month', usage_date)::date as usage_month, meter, user_id, price, price_quantity,
    min(usage_date) as since,
    sum(quantity) as quantity,
    sum(cost - price_adjustment)::numeric(38, 12) as cost,
    sum(price_adjustment)::numeric(38, 12) as price_adjustment
  from hopsmeter.usage_daily
  where account_owner_id = $1 and booked_on >= $2::date and booked_on < $3::date
  group by 1, 2, 3, 4, 5
),
booked as (
  select
    usage_month, meter, user_id,
    ${roundedQuantity('sum(quantity)')} as quantity,
    sum(cost)::numeric(38, 12) as cost,
    sum(price_adjustment)::numeric(38, 12) as price_adjustment,
    jsonb_agg(
      jsonb_build_object('price', price::text, 'priceQuantity', price_quantity::text, 'quantity',
      ${roundedQuantity('quantity')}::text)
      order by since, price, price_quantity
    ) filter (where ${roundedQuantity('quantity')} <> 0) as unit_prices
  from priced
  group by usage_month, meter, user_id
)
select
  usage_month::text as "usageMonth", meter, user_id as "userId", coalesce(users.name, users.email) as "userName",
  quantity::text, unit_prices as "unitPrices", cost::text, price_adjustment::text as "priceAdjustment"
from booked left join hopsmeter.users on users.id = booked.user_id
`;

type Row = {
  readonly usageMonth: string;
  readonly meter: string;
  readonly userId: string;
  readonly userName: string | null;
  readonly quantity: string;
  readonly unitPrices: readonly UnitPriceRow[] | null;
  readonly cost: string;
  readonly priceAdjustment: string;
};

/** A part with what a person is called, name or e-mail address, and the list prices of its quantity. */
export type BookedPart = StatementPart & {
  readonly userName: string | undefined;
  readonly unitPrices: readonly UnitPrice[];
};

/** Reads with {@link READ_BOOKED_PARTS}. Parts that come to nothing are among them. */
export async function readBookedParts(
  { rowsOf }: Query,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<BookedPart[]> {
  const rows = await rowsOf<Row>(READ_BOOKED_PARTS, [accountOwnerId, ...rangeOf(month)]);
  return rows.flatMap(({ meter, userId, userName, ...row }): BookedPart[] => {
    const usageMonth = dayOf(row.usageMonth);
    const part = { usageMonth, meter, userId, userName: userName ?? undefined };
    const unitPrices = toUnitPrices(row.unitPrices);
    const used = { ...part, quantity: parseQuantity(row.quantity), unitPrices, amountExact: parseQuantity(row.cost) };
    if (usageMonth === month) return [{ ...used, kind: 'usage' }];
    const priceAdjustment = parseQuantity(row.priceAdjustment);
    return [
      { ...used, kind: 'late_usage' },
      { ...part, kind: 're_rating', quantity: undefined, unitPrices: [], amountExact: priceAdjustment },
    ];
  });
}
