import type { Pool } from '../connection/pool.ts';
import { monthText } from '../sql/day.ts';
import { instantText } from '../sql/instant.ts';

/** A delivery that a worker has to itself until its lease ends. */
export type TakenDelivery = {
  readonly id: string;
  readonly webhookId: string;
  readonly url: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** What is told. Nothing of it changes between attempts. */
  readonly alertId: string;
  readonly accountOwnerId: string;
  /** `2026-11`. */
  readonly month: string;
  readonly threshold: number;
  /** DECIMAL(10,2) text, USD. */
  readonly cap: string;
  /** Exact text with 12 decimals, USD. */
  readonly spent: string;
  readonly raisedAt: string;
};

/**
 * Takes deliveries that are due and begins an attempt of each: webhooks take turns, the longest due of each first, so a
 * receiver that is slow or gone holds up nobody's but its own.
 *
 * Guarantees: two workers never have the same delivery, unless the first one's lease has ended: then it is taken for
 * dead, and the attempt is made again under the same id. An attempt is counted when it begins, so what kills a worker
 * does not stay its first attempt for ever; and it is due again only when its lease ends, behind whatever is due by
 * then.
 *
 * Parameters: $1 most deliveries, $2 seconds of the lease. Locks: the deliveries; those that are locked are passed
 * over.
 */
const TAKE_DELIVERIES = `
with turns as (
  select id, row_number() over (partition by webhook_endpoint_id order by next_attempt_at, id) as place, next_attempt_at
  from hopsmeter.webhook_deliveries
  where next_attempt_at <= now() and (leased_until is null or leased_until <= now())
),
due as materialized (
  select id from hopsmeter.webhook_deliveries
  where id in (select id from turns order by place, next_attempt_at, id limit $1::integer) and next_attempt_at <= now()
  for update skip locked
),
taken as (
  update hopsmeter.webhook_deliveries as delivery
  set attempts = attempts + 1, last_attempt_at = now(),
    leased_until = now() + make_interval(secs => $2::double precision),
    next_attempt_at = now() + make_interval(secs => $2::double precision)
  from due where delivery.id = due.id
  returning delivery.id, delivery.webhook_endpoint_id, delivery.spending_alert_id, delivery.attempts
)
select taken.id, endpoint.id as "webhookId", endpoint.url, taken.attempts as attempt, alert.id as "alertId",
  alert.account_owner_id as "accountOwnerId", ${monthText('alert.month')} as month, alert.threshold,
  alert.cap::text, alert.spent::text, ${instantText('alert.raised_at')} as "raisedAt"
from taken
join hopsmeter.webhook_endpoints as endpoint on endpoint.id = taken.webhook_endpoint_id
join hopsmeter.spending_alerts as alert on alert.id = taken.spending_alert_id
`;

/** Takes with {@link TAKE_DELIVERIES}. */
export async function takeDeliveries(
  pool: Pool,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly TakenDelivery[]> {
  return (await pool.query<TakenDelivery>(TAKE_DELIVERIES, [limit, leaseMs / 1_000])).rows;
}
