import type { Pool } from '../connection/pool.ts';

/** What came of an attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'failed';
      /** HTTP status, where there was an answer. */
      readonly status: number | undefined;
      /** For people; storable text. */
      readonly error: string;
      /** When to try again; undefined when it is to be given up. */
      readonly retryInMs: number | undefined;
    };

/**
 * Marks the delivery $1 as delivered, with the status $2. Also one that was given up meanwhile, or that another worker
 * has taken since: it has arrived. Safe to run twice.
 */
const MARK_DELIVERED = `
update hopsmeter.webhook_deliveries
set delivered_at = clock_timestamp(), next_attempt_at = null, dead_at = null, leased_until = null,
  last_status = $2::integer,
  last_error = null
where id = $1::uuid and delivered_at is null
`;

/**
 * Notes that attempt $2 of the delivery $1 failed: $3 status, $4 why, $5 seconds until the next attempt, NULL to give
 * it up. Only the last attempt has a say: who comes back after the lease has ended and another worker has begun changes
 * nothing.
 */
const MARK_FAILED = `
update hopsmeter.webhook_deliveries
set last_status = $3::integer, last_error = $4, leased_until = null,
  next_attempt_at = clock_timestamp() + make_interval(secs => $5::double precision),
  dead_at = case when $5::double precision is null then clock_timestamp() end
where id = $1::uuid and attempts = $2::integer and next_attempt_at is not null
`;

/** Writes what came of an attempt. */
export async function settleDelivery(
  pool: Pool,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  outcome: DeliveryOutcome,
): Promise<void> {
  if (outcome.kind === 'delivered') {
    await pool.query(MARK_DELIVERED, [id, outcome.status]);
    return;
  }
  const { status, error, retryInMs } = outcome;
  const seconds = retryInMs === undefined ? null : retryInMs / 1_000;
  await pool.query(MARK_FAILED, [id, attempt, status ?? null, error, seconds]);
}
