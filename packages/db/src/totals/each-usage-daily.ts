import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { keyParameters, USAGE_DAILY_ROWS, type UsageDailyRow } from './usage-daily-rows.ts';
import { filterParameters, type UsageFilter } from './usage-filter.ts';

/** Rows in memory at a time: one MB. */
const PAGE_ROWS = 2_000;

/**
 * The accounts that have rows booked from $1 up to, but not including, $2; with $3 only that one. In the order of the
 * rollup's key.
 */
const LIST_PAYING_ACCOUNTS = `
select distinct account_owner_id as id from hopsmeter.account_day_costs
where booked_on >= $1::date and booked_on < $2::date and row_count > 0 and ($3::text is null or account_owner_id = $3)
order by account_owner_id
`;

/**
 * Reads all rows of the rollup that pass a filter, in the order of their key, from one snapshot: what is recorded
 * meanwhile is not among them.
 *
 * Account by account, because an account's days are one range of the key: with a range of days over all accounts
 * Postgres would sort the whole of it, for each page anew. Holds one connection and a snapshot until the last page is
 * taken, so whoever takes them must not wait for ever.
 *
 * @param take called with up to {@link PAGE_ROWS} rows, and awaited before the next ones are read.
 * @throws what `take` or the database throws.
 */
export function eachUsageDaily(
  pool: Pool,
  filter: UsageFilter,
  take: (rows: readonly UsageDailyRow[]) => Promise<void>,
): Promise<void> {
  return inSnapshot(pool, async (snapshot) => {
    const accounts = await snapshot.rowsOf<{ readonly id: string }>(LIST_PAYING_ACCOUNTS, [
      filter.from,
      filter.to,
      filter.accountOwnerId ?? null,
    ]);
    for (const { id } of accounts) await eachOfAccount(snapshot, { ...filter, accountOwnerId: id }, take);
  });
}

async function eachOfAccount(
  { rowsOf }: Query,
  filter: UsageFilter,
  take: (rows: readonly UsageDailyRow[]) => Promise<void>,
): Promise<void> {
  let rows: readonly UsageDailyRow[];
  let after: UsageDailyRow | undefined;
  do {
    const parameters = [...filterParameters(filter), ...keyParameters(after), PAGE_ROWS];
    rows = await rowsOf<UsageDailyRow>(USAGE_DAILY_ROWS, parameters);
    after = rows.at(-1);
    if (rows.length > 0) await take(rows);
  } while (rows.length === PAGE_ROWS);
}
