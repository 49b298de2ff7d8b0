import type { Pool } from '../connection/pool.ts';

/**
 * Succeeds when totals can be read: Postgres answers, the migrations are there and the role may read. Touches no row.
 */
const CHECK_BILLING = `
select from hopsmeter.usage_daily, hopsmeter.usage_batches limit 0
`;

/** Checks with {@link CHECK_BILLING}. @throws what is in the way. */
export async function checkBilling(pool: Pool): Promise<void> {
  await pool.query(CHECK_BILLING);
}
