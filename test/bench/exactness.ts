import type { Pool } from '@hopsmeter/db';
import { FILL_CLUSTER } from './fill-ledger.ts';

/** Ten minutes: a slow disk reads fifteen gigabytes in less. */
const READ_TIMEOUT_MS = 600_000;

export type Account = {
  readonly recorded: number;
  readonly counted: number;
  readonly parked: number;
  readonly ledger: number;
  readonly cpuHours: string;
  readonly ramGbHours: string;
};

/** What the tables of `schema` say was recorded, by three ways: the batches' own account, the ledger, the rollup. */
export async function readAccount(pool: Pool, schema = 'hopsmeter'): Promise<Account> {
  const query = {
    text: `
    select
      (select coalesce(sum(event_count), 0)::integer from ${schema}.usage_batches) as recorded,
      (select coalesce(sum(counted_count), 0)::integer from ${schema}.usage_batches) as counted,
      (select count(*)::integer from ${schema}.parked_events) as parked,
      (select count(*)::integer from ${schema}.usage_events where hopsworks_cluster_id <> $1) as ledger,
      (select coalesce(sum(quantity), 0)::numeric(38, 12)::text from ${schema}.usage_daily
        where meter = 'cpu_hours') as "cpuHours",
      (select coalesce(sum(quantity), 0)::numeric(38, 12)::text from ${schema}.usage_daily
        where meter = 'ram_gb_hours') as "ramGbHours"
  `,
    values: [FILL_CLUSTER],
    // A ledger of fifty million rows is read here.
    query_timeout: READ_TIMEOUT_MS,
  };
  const result = await pool.query<Account>(query);
  const [account] = result.rows;
  if (account === undefined) throw new Error('no account');
  return account;
}

/** Events recorded so far, read cheaply while the load runs. */
export async function readRecorded(pool: Pool, schema = 'hopsmeter'): Promise<number> {
  const result = await pool.query<{ n: number }>(
    `select coalesce(sum(event_count), 0)::integer as n from ${schema}.usage_batches`,
  );
  return result.rows[0]?.n ?? 0;
}

/**
 * Whether everything that was sent is recorded, and what is `distinct` of it counted once, in the ledger, and in the
 * rollup to the last digit.
 */
export function isExact(account: Account, sent: number, distinct = sent): boolean {
  const times = (units: bigint): string => {
    const text = (BigInt(account.ledger) * units).toString().padStart(13, '0');
    return `${text.slice(0, -12)}.${text.slice(-12)}`;
  };
  return (
    account.recorded === sent &&
    account.counted === distinct &&
    account.parked === 0 &&
    account.ledger === distinct &&
    account.cpuHours === times(734_512_000_000n) &&
    account.ramGbHours === times(2_500_000_000_000n)
  );
}
