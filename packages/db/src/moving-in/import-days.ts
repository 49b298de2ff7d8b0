import { randomUUID } from 'node:crypto';
import {
  formatQuantity,
  IMPORTED_EVENT_TYPE,
  IMPORTED_METERS,
  IMPORTED_SOURCE_PATH,
  type ImportedDay,
  importedEventId,
  importedKeyOf,
  importedPriceOf,
} from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { HOLD_DIRECTORY } from '../connection/hold-directory.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { plainArray, textArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';
import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';
import { OPENINGS } from '../sql/openings.ts';

/**
 * Brings imported days into the ledger and the rollup, as a batch of their own, in one statement. The record statement
 * is left as it is: a day has more meters than an event may, and prices that no card has.
 *
 * Guarantees
 * - A user's day comes over once, whoever runs it how often: only what `imported_days` took goes on. What was taken
 *   before is counted as a duplicate.
 * - Ledger and rollup get the same quantities; what is billed is the row's own cost, to the digit.
 * - A day of a month that its account has closed is booked in the account's open month.
 *
 * Parameters: $1 batch, $2 when it came, $3 its requests; $4 to $12 in parallel, one entry a day: key, content, day,
 * account, user, cluster, id, meters and quantities as array literals; $13 and $14 in parallel: meters and their
 * prices; $15 event type, $16 source path.
 *
 * Locks: the directory must be held shared; days in order, ledger keys in key order, rollup rows in key order.
 */
const IMPORT_DAYS = `
with input as materialized (
  select
    event_key, content_hash, usage_date, account_owner_id, user_id, hopsworks_cluster_id, event_id,
    meters::text[] as meters, quantities::numeric[] as quantities, place
  from unnest(
    $4::uuid[], $5::bigint[], $6::date[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::text[]
  ) with ordinality as day (
    event_key, content_hash, usage_date, account_owner_id, user_id, hopsworks_cluster_id, event_id, meters, quantities,
    place
  )
),
taken as (
  insert into hopsmeter.imported_days (usage_date, user_id, content_hash, usage_batch_id)
  select usage_date, user_id, content_hash, $1::uuid from input order by usage_date, user_id
  on conflict (usage_date, user_id) do nothing
  returning usage_date, user_id
),
${OPENINGS},
days as materialized (
  select
    input.*, case when usage_date < openings.since then openings.since end as booked_on,
    usage_date::timestamp at time zone 'UTC' as started_at, (usage_date + 1)::timestamp at time zone 'UTC' as ended_at
  from input join taken using (usage_date, user_id) left join openings on openings.account = account_owner_id
),
ledger as (
  insert into hopsmeter.usage_events (${LEDGER_COLUMNS})
  select
    event_key, 0, usage_date, content_hash, $1::uuid, place - 1, hopsworks_cluster_id, $16, event_id, $15,
    account_owner_id, user_id, null, 'import', started_at, ended_at, meters, quantities, booked_on
  from days order by event_key
),
rolled_up as (
  insert into hopsmeter.usage_daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, price,
     price_quantity, event_count, first_event_at, last_event_at)
  select
    usage_date, coalesce(booked_on, usage_date), account_owner_id, user_id, hopsworks_cluster_id, null, used.meter,
    used.quantity, prices.price, 1, 1, started_at, started_at
  from days, unnest(meters, quantities) as used (meter, quantity)
  left join unnest($13::text[], $14::numeric[]) as prices (meter, price) using (meter)
  order by account_owner_id, coalesce(booked_on, usage_date), user_id, hopsworks_cluster_id, used.meter, usage_date
),
counts as (
  select (select count(*) from input)::integer as event_count, (select count(*) from taken)::integer as counted_count
)
insert into hopsmeter.usage_batches
  (id, received_at, event_count, counted_count, duplicate_count, parked_count, requests)
select $1::uuid, $2::timestamptz, event_count, counted_count, event_count - counted_count, 0, $3::jsonb from counts
`;

/** Brings days over with {@link IMPORT_DAYS}, in one transaction. @param days no two of one user and day. */
export async function importDays(
  pool: Pool,
  { actor, requestId }: Change,
  days: readonly ImportedDay[],
): Promise<void> {
  const receivedAt = new Date().toISOString();
  const request = { requestId, enteredBy: actor.id, receivedAt, eventCount: days.length };
  const ids = days.map(({ userId, date }) => importedEventId(userId, date));
  const meters = Object.values(IMPORTED_METERS);
  const parameters = [
    randomUUID(),
    receivedAt,
    JSON.stringify([request]),
    plainArray(ids.map(importedKeyOf)),
    plainArray(days.map(({ contentHash }) => contentHash)),
    plainArray(days.map(({ date }) => date)),
    textArray(days.map(({ accountOwnerId }) => accountOwnerId)),
    textArray(days.map(({ userId }) => userId)),
    plainArray(days.map(({ clusterId }) => clusterId)),
    textArray(ids),
    textArray(days.map(({ usages }) => plainArray(usages.map(({ meter }) => meter)))),
    textArray(days.map(({ usages }) => plainArray(usages.map(({ quantity }) => formatQuantity(quantity))))),
    plainArray(meters),
    plainArray(meters.map((meter) => formatQuantity(importedPriceOf(meter)))),
    IMPORTED_EVENT_TYPE,
    IMPORTED_SOURCE_PATH,
  ];
  await inTransaction(pool, async ({ rowsOf }) => {
    await rowsOf(HOLD_DIRECTORY);
    await rowsOf(IMPORT_DAYS, parameters);
  });
}
