import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  date,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { listCost } from '../sql/list-cost.ts';
import { parkedText } from '../sql/parked-event.ts';
import { exact, exactQuantity, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { hopsworksClusters, meters, projects, users } from './directory.ts';
import { priceOverrides, rates } from './pricing.ts';

/** The events of one queue job: what became of every acknowledged event, exactly. */
export const usageBatches = hopsmeterTable(
  'usage_batches',
  {
    id: systemId().primaryKey(),
    receivedAt: instant('received_at').notNull(),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
    eventCount: integer('event_count').notNull(),
    countedCount: integer('counted_count').notNull(),
    duplicateCount: integer('duplicate_count').notNull(),
    parkedCount: integer('parked_count').notNull(),
    /** The HTTP requests that share the batch: [{requestId, clusterId, clusterKeyId, receivedAt, eventCount}]. */
    requests: jsonb('requests').notNull(),
  },
  (table) => [
    check(
      'usage_batches_add_up',
      sql`${table.eventCount} = ${table.countedCount} + ${table.duplicateCount} + ${table.parkedCount}`,
    ),
    index('usage_batches_received_at_idx').on(table.receivedAt),
    index('usage_batches_recorded_at_idx').on(table.recordedAt),
  ],
).enableRLS();

/**
 * The ledger: one row per event and usage day. What an event said never changes; who used and who pays changes only
 * when a person corrects the past. Partitioned by hash of the event key, so that identity is global whatever day a copy
 * claims. `usage_daily` can be rebuilt from it alone.
 *
 * No foreign keys: a check per row would cost more than the insert, and the same transaction writes the same ids into
 * `usage_daily`, which has them.
 */
export const usageEvents = hopsmeterTable(
  'usage_events',
  {
    eventKey: uuid('event_key').notNull(),
    /** 0 for the day on which the window begins, then one more per day. */
    part: smallint('part').notNull(),
    usageDate: date('usage_date').notNull(),
    contentHash: bigint('content_hash', { mode: 'bigint' }).notNull(),
    usageBatchId: systemId('usage_batch_id').notNull(),
    /** Place of the event in its batch, from 0. */
    position: integer('position').notNull(),
    hopsworksClusterId: systemId('hopsworks_cluster_id').notNull(),
    sourcePath: text('source_path').notNull(),
    eventId: text('event_id').notNull(),
    eventType: text('event_type').notNull(),
    accountOwnerId: userId('account_owner_id').notNull(),
    userId: userId('user_id').notNull(),
    projectId: systemId('project_id'),
    attributedBy: text('attributed_by').notNull(),
    windowStartedAt: instant('window_started_at').notNull(),
    windowEndedAt: instant('window_ended_at').notNull(),
    /** Parallel arrays: quantities[n] was used of meters[n] on this day. */
    meters: text('meters').array().notNull(),
    quantities: exactQuantity('quantities').array().notNull(),
    /**
     * The day on which the usage is booked, where that is not the usage date: the first day of the account's open
     * month, for usage that came after its own month was closed.
     */
    bookedOn: date('booked_on'),
    /** NULL for usage as it was reported. `reversal` takes back what other rows booked; the others book it anew. */
    adjustment: text('adjustment'),
  },
  (table) => [
    primaryKey({ name: 'usage_events_pkey', columns: [table.eventKey, table.part] }),
    index('usage_events_usage_date_idx').using('brin', table.usageDate.op('date_minmax_multi_ops')),
    // Plain names: the checks are added to the partitions too, where the table has another name.
    check(
      'usage_events_quantities_valid',
      sql`cardinality("meters") = cardinality("quantities")
        and (0 <= all ("quantities") or "adjustment" is not distinct from 'reversal') and 'NaN' <> all ("quantities")
        and array_position("quantities", null) is null`,
    ),
    check('usage_events_adjustment_known', sql`"adjustment" in ('reversal', 'correction', 'move')`),
  ],
).enableRLS();

/**
 * The rollup that every total is a GROUP BY of. `cost` is the only rounding below the cent.
 *
 * A row is booked on its usage date; usage that came after its month was closed is booked in the account's open month
 * and called an adjustment. Rows that are booked in a closed month never change again.
 */
export const usageDaily = hopsmeterTable(
  'usage_daily',
  {
    id: systemId().primaryKey().defaultRandom(),
    usageDate: date('usage_date').notNull(),
    /** The day that decides on whose statement the row is: the usage date, or the first day of a later month. */
    bookedOn: date('booked_on').notNull(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    projectId: systemId('project_id').references(() => projects.id),
    meter: text('meter')
      .notNull()
      .references(() => meters.meter),
    quantity: exactQuantity('quantity').notNull(),
    /** The card's rate behind the price; NULL where the account has a price of its own. */
    rateId: systemId('rate_id').references(() => rates.id),
    /** The account's own price or discount, where it has one. */
    priceOverrideId: systemId('price_override_id').references(() => priceOverrides.id),
    price: exact('price').notNull(),
    priceQuantity: exact('price_quantity').notNull(),
    /** Of an adjustment: what a later change of the price makes of the same usage booked in closed months. */
    priceAdjustment: exact('price_adjustment').notNull().default('0'),
    cost: exact('cost')
      .notNull()
      .generatedAlwaysAs(`${listCost('quantity', 'price', 'price_quantity')} + price_adjustment`),
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    firstEventAt: instant('first_event_at').notNull(),
    lastEventAt: instant('last_event_at').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    // The account comes first: an account's month is one range of this index.
    unique('usage_daily_one_row')
      .on(
        table.accountOwnerId,
        table.bookedOn,
        table.userId,
        table.hopsworksClusterId,
        table.projectId,
        table.meter,
        table.usageDate,
      )
      .nullsNotDistinct(),
    index('usage_daily_booked_on_idx').on(table.bookedOn),
    index('usage_daily_usage_date_idx').on(table.usageDate),
    check(
      'usage_daily_quantity_valid',
      sql`(${table.quantity} >= 0 or ${table.bookedOn} > ${table.usageDate}) and ${table.quantity} <> 'NaN'`,
    ),
    check(
      'usage_daily_booked_on_valid',
      sql`${table.bookedOn} = ${table.usageDate}
        or (${table.bookedOn} > ${table.usageDate} and extract(day from ${table.bookedOn}) = 1)`,
    ),
    check(
      'usage_daily_price_adjustment_valid',
      sql`${table.priceAdjustment} = 0 or (${table.bookedOn} > ${table.usageDate}
        and ${table.priceAdjustment} <> 'NaN')`,
    ),
    // Imported usage has a price that no card names.
    check(
      'usage_daily_priced_by_something',
      sql`${table.rateId} is not null or ${table.priceOverrideId} is not null
        or starts_with(${table.meter}, 'imported_')`,
    ),
    check(
      'usage_daily_price_valid',
      sql`${table.price} >= 0 and ${table.price} <> 'NaN' and ${table.priceQuantity} > 0
        and ${table.priceQuantity} <> 'NaN'`,
    ),
  ],
).enableRLS();

/**
 * The identity of imported usage: a user's day comes over once, whatever it says later. Apart from the ledger, which
 * forgets old days. No foreign keys: the same transaction writes the same user into `usage_daily`, which has them.
 */
export const importedDays = hopsmeterTable(
  'imported_days',
  {
    usageDate: date('usage_date').notNull(),
    userId: userId('user_id').notNull(),
    /** What the row of the application said. */
    contentHash: bigint('content_hash', { mode: 'bigint' }).notNull(),
    usageBatchId: systemId('usage_batch_id').notNull(),
  },
  // The day comes first: rows come in the order of days.
  (table) => [primaryKey({ name: 'imported_days_pkey', columns: [table.usageDate, table.userId] })],
).enableRLS();

/** Accepted events that cannot be counted yet, with the reason; counted later from `event`, or given up by a person. */
export const parkedEvents = hopsmeterTable(
  'parked_events',
  {
    id: systemId().primaryKey().defaultRandom(),
    eventKey: uuid('event_key').notNull(),
    contentHash: bigint('content_hash', { mode: 'bigint' }).notNull(),
    usageBatchId: systemId('usage_batch_id').notNull(),
    position: integer('position').notNull(),
    hopsworksClusterId: systemId('hopsworks_cluster_id'),
    sourcePath: text('source_path').notNull(),
    eventId: text('event_id').notNull(),
    reason: text('reason').notNull(),
    detail: text('detail').notNull(),
    /** The whole event, as `writeParkedEvent` writes it. */
    event: jsonb('event').notNull(),
    status: text('status').notNull().default('pending'),
    parkedAt: instant('parked_at').notNull().defaultNow(),
    resolvedAt: instant('resolved_at'),
    /** Who gave it up or released it. */
    resolvedBy: text('resolved_by'),
    /** Of a counted one `counted`, or `duplicate` when the ledger held it already; of one given up or ignored, why. */
    resolution: text('resolution'),
    triedAt: instant('tried_at'),
    tryCount: integer('try_count').notNull().default(0),
    /** Version of the directory with which it was last tried: a later one may make it countable. */
    triedVersion: bigint('tried_version', { mode: 'bigint' })
      .notNull()
      .default(sql`hopsmeter.current_directory_version()`),
    /** Since when a person wants it to be tried; NULL when nobody asked. */
    dueAt: instant('due_at'),
    /** When a person decided that it is counted however implausible it is, and why. */
    releasedAt: instant('released_at'),
    releaseReason: text('release_reason'),
    /** `correction`, `manifest` or `project`: what a batch cannot count and is settled after it. NULL for usage. */
    deferred: text('deferred').generatedAlwaysAs(
      sql.raw(
        `case when ${parkedText('type')} in ('correction', 'manifest', 'project') then ${parkedText('type')} end`,
      ),
    ),
    /** The namespace that usage, or a report of a project, names. */
    namespace: text('namespace').generatedAlwaysAs(sql.raw(parkedText('namespace'))),
    /** Of a correction: the key of the event that it names. */
    replacesKey: uuid('replaces_key').generatedAlwaysAs(
      sql.raw(`case when ${parkedText('type')} = 'correction' then (${parkedText('replacesKey')})::uuid end`),
    ),
  },
  (table) => [
    // The same content parked twice is a duplicate; another content is another row, and both are seen.
    unique('parked_events_one_per_content').on(table.eventKey, table.contentHash),
    index('parked_events_status_reason_idx').on(table.status, table.reason, table.parkedAt),
    index('parked_events_status_parked_at_idx').on(table.status, table.parkedAt, table.id),
    // The cluster comes first in these three: clusters take turns.
    index('parked_events_due_idx').on(table.hopsworksClusterId, table.dueAt, table.id).where(sql`due_at is not null`),
    // What a change of the directory may make countable, the longest untried first.
    index('parked_events_retry_idx')
      .on(table.hopsworksClusterId, table.triedVersion, table.parkedAt, table.id)
      .where(
        sql`status = 'pending' and reason in ('unknown_namespace', 'unknown_user', 'user_not_on_cluster',
          'unknown_meter', 'unknown_gpu_model', 'no_rate')`,
      ),
    index('parked_events_deferred_idx')
      .on(table.reason, table.hopsworksClusterId, table.parkedAt, table.id)
      .where(sql`status = 'pending' and reason in ('correction', 'manifest')`),
    index('parked_events_project_reports_idx')
      .on(table.hopsworksClusterId, table.parkedAt, table.id)
      .where(sql`status = 'pending' and deferred = 'project'`),
    // What rules ignore, by what they ignore it for.
    index('parked_events_ignored_idx')
      .on(table.hopsworksClusterId, table.namespace, table.triedVersion)
      .where(sql`status = 'ignored'`),
    // A person who looks for an event knows its id, and not always where it came from.
    index('parked_events_event_id_idx').on(table.eventId),
    index('parked_events_replaces_key_idx').on(table.replacesKey).where(sql`replaces_key is not null`),
    check('parked_events_status_known', sql`${table.status} in ('pending', 'counted', 'given_up', 'ignored')`),
    check('parked_events_resolved_at_the_end', sql`(${table.status} = 'pending') = (${table.resolvedAt} is null)`),
    check('parked_events_due_while_pending', sql`${table.dueAt} is null or ${table.status} = 'pending'`),
    check('parked_events_released_with_reason', sql`(${table.releasedAt} is null) = (${table.releaseReason} is null)`),
    check(
      'parked_events_counted_once',
      sql`${table.status} <> 'counted' or (${table.resolution} is not null
        and ${table.resolution} in ('counted', 'duplicate'))`,
    ),
    check(
      'parked_events_given_up_with_reason',
      sql`${table.status} <> 'given_up' or (${table.resolvedBy} is not null and ${table.resolution} is not null)`,
    ),
  ],
).enableRLS();
