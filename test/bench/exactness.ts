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

/** Everything that was recorded, by three ways: the batches' own account, the ledger, the rollup. */
export async function readAccount(pool: Pool): Promise<Account> {
  const query = {
    text: `
    select
      (select coalesce(sum(event_count), 0)::integer from hopsmeter.usage_batches) as recorded,
      (select coalesce(sum(counted_count), 0)::integer from hopsmeter.usage_batches) as counted,
      (select count(*)::integer from hopsmeter.parked_events) as parked,
      (select count(*)::integer from hopsmeter.usage_events where hopsworks_cluster_id <> $1) as ledger,
      (select coalesce(sum(quantity), 0)::numeric(38, 12)::text from hopsmeter.usage_daily
        where meter = 'cpu_hours') as "cpuHours",
      (select coalesce(sum(quantity), 0)::numeric(38, 12)::text from hopsmeter.usage_daily
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
export async function readRecorded(pool: Pool): Promise<number> {
  const result = await pool.query<{ n: number }>(
    'select coalesce(sum(event_count), 0)::integer as n from hopsmeter.usage_batches',
  );
  return result.rows[0]?.n ?? 0;
}

/** Whether everything that was sent is recorded, counted once, in the ledger, and in the rollup to the last digit. */
export function isExact(account: Account, sent: number): boolean {
  const times = (units: bigint): string => {
    const text = (BigInt(account.ledger) * units).toString().padStart(13, '0');
    return `${text.slice(0, -12)}.${text.slice(-12)}`;
  };
  return (
    account.recorded === sent &&
    account.counted === sent &&
    account.parked === 0 &&
    account.ledger === sent &&
    account.cpuHours === times(734_512_000_000n) &&
    account.ramGbHours === times(2_500_000_000_000n)
  );
}
