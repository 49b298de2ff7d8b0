import type { Pool } from '@hopsmeter/db';
import type { SeededDirectory } from '../db/test-database.ts';

/** Usage as the rollup holds it. `quantity` may be below zero where it is booked later than it was used. */
export type BookedUsage = {
  readonly accountOwnerId: string;
  /** The usage date. */
  readonly day: string;
  /** Default: the usage date. */
  readonly bookedOn?: string | undefined;
  readonly meter?: string;
  readonly quantity: string;
};

const BOOK_USAGE = `
insert into hopsmeter.usage_daily (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter,
  quantity, rate_id,
  price, price_quantity, event_count, first_event_at, last_event_at)
select $1::date, $2::date, $3, $3, $4::uuid, $5, $6::numeric, rates.id, rates.price, rates.price_quantity, 1, now(),
  now()
from hopsmeter.rates join hopsmeter.rate_cards on rate_cards.id = rates.rate_card_id and rate_cards.is_default
where rates.meter = $5 and rates.withdrawn_at is null
on conflict on constraint usage_daily_one_row do update set quantity = usage_daily.quantity + excluded.quantity
`;

/** Adds usage to the rollup, for tests of what is made of the rollup. */
export async function bookUsage(pool: Pool, { clusterId }: SeededDirectory, usage: BookedUsage): Promise<void> {
  const { accountOwnerId, day, bookedOn = day, meter = 'cpu_hours', quantity } = usage;
  await pool.query(BOOK_USAGE, [day, bookedOn, accountOwnerId, clusterId, meter, quantity]);
}
