import type { Pool } from '@hopsmeter/db';
import { formatUsageDay, type UsageDay } from '@hopsmeter/usage';

const ACCOUNTS = 1_000;

/** An owner and three members. */
const USERS = 4;

/** Six meters of each user on one cluster, and one of the owner on another. */
const ROWS_PER_ACCOUNT_AND_DAY = USERS * 6 + 1;

/** What the list of accounts of a whole month needs: that month and the one before. */
const DAYS_MIN = 92;

export type FilledRollup = { readonly accountIds: readonly string[]; readonly rows: number; readonly days: number };

/**
 * Fills the rollup up to a day, day by day as recording does, past the services and without triggers; then the summary
 * from it, as its migration does.
 */
export async function fillRollup(pool: Pool, today: UsageDay, rowCount: number): Promise<FilledRollup> {
  const days = Math.max(DAYS_MIN, Math.round(rowCount / (ACCOUNTS * ROWS_PER_ACCOUNT_AND_DAY)));
  await pool.query(
    `insert into hopsmeter.users (id, name, email)
    select 'auth0|' || md5(n::text), 'Owner ' || n, 'owner-' || n || '@example.com' from generate_series(1, $1) as n`,
    [ACCOUNTS],
  );
  await pool.query(
    `insert into hopsmeter.users (id, account_owner_id)
    select 'auth0|' || md5(n || '/' || m), 'auth0|' || md5(n::text)
    from generate_series(1, $1::integer) as n, generate_series(2, $2::integer) as m`,
    [ACCOUNTS, USERS],
  );
  await pool.query(
    `insert into hopsmeter.hopsworks_clusters (name, max_users) values ('bench-1', 100000), ('bench-2', 100000)`,
  );
  const client = await pool.connect();
  let rows = 0;
  try {
    await client.query('set session_replication_role = replica');
    for (let day = today - days + 1; day <= today; day++) {
      const filled = await client.query({
        text: `insert into hopsmeter.usage_daily
          (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price,
           price_quantity, event_count, first_event_at, last_event_at)
        select $1::date, $1::date, coalesce(users.account_owner_id, users.id), users.id, clusters.id, rates.meter,
          (random() * 100)::numeric(38, 12), rates.id, rates.price, rates.price_quantity, 24, $1::date, $1::date
        from hopsmeter.users, hopsmeter.hopsworks_clusters as clusters, hopsmeter.rates
        where clusters.name = 'bench-1' or (users.account_owner_id is null and rates.meter = 'cpu_hours')`,
        values: [formatUsageDay(day)],
        query_timeout: 600_000,
      } as { text: string; values: unknown[] });
      rows += filled.rowCount ?? 0;
    }
    await client.query({
      text: `insert into hopsmeter.account_days
          (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
        select booked_on, account_owner_id, meter, sum(quantity), sum(cost), sum(event_count), count(*)
        from hopsmeter.usage_daily
        group by booked_on, account_owner_id, meter order by booked_on, random()`,
      query_timeout: 600_000,
    } as { text: string });
    await client.query({
      text: `insert into hopsmeter.account_day_costs (booked_on, account_owner_id, cost, row_count)
        select booked_on, account_owner_id, sum(cost), sum(row_count) from hopsmeter.account_days
        group by booked_on, account_owner_id order by booked_on, random()`,
      query_timeout: 600_000,
    } as { text: string });
    for (const table of ['usage_daily', 'account_days', 'account_day_costs', 'users'])
      await client.query({ text: `vacuum analyze hopsmeter.${table}`, query_timeout: 600_000 } as { text: string });
  } finally {
    client.release(true);
  }
  const owners = await pool.query<{ id: string }>('select id from hopsmeter.users where account_owner_id is null');
  return { accountIds: owners.rows.map(({ id }) => id), rows, days };
}
