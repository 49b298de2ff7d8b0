import { sql } from 'drizzle-orm';
import { bigint, check, date, index, integer, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { exact, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { meters, users } from './directory.ts';

/**
 * Which Stripe customer pays for an account, by the day on which usage is booked: from `billed_from` up to, but not
 * including, `billed_to`. Usage of other days is not sent, whenever the export runs. The periods of an account never
 * overlap, and a customer belongs to one account (exclusion constraints in the migration).
 */
export const stripeCustomers = hopsmeterTable(
  'stripe_customers',
  {
    id: systemId().primaryKey().defaultRandom(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    /** Stripe's id: `cus_…`. */
    stripeCustomerId: text('stripe_customer_id').notNull(),
    billedFrom: date('billed_from').notNull(),
    billedTo: date('billed_to'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    check('stripe_customers_ends_after_start', sql`${table.billedTo} > ${table.billedFrom}`),
    check('stripe_customers_id_form', sql`${table.stripeCustomerId} ~ '^cus_[A-Za-z0-9]{1,64}$'`),
  ],
).enableRLS();

/**
 * The Stripe meter that a meter is sent to, by its event name. Each meter has one of its own, so nothing is counted
 * inside another. A trigger adds `hopsmeter_<meter>` for every new meter; one without a row is not sent.
 */
export const stripeMeters = hopsmeterTable('stripe_meters', {
  meter: text('meter')
    .primaryKey()
    .references(() => meters.meter),
  eventName: text('event_name').notNull().unique(),
  createdAt: instant('created_at').notNull().defaultNow(),
}).enableRLS();

/**
 * What was sent to Stripe, our own ledger of it: one row per meter event, committed before the first attempt to send
 * it. What a row says is sent never changes; how far it got does.
 *
 * `value` is in thousandths of the meter's unit: what had been used altogether by then, in whole thousandths, minus
 * everything that was remitted before.
 */
export const stripeRemittances = hopsmeterTable(
  'stripe_remittances',
  {
    id: systemId().primaryKey().defaultRandom(),
    /** By which Stripe knows copies of the meter event; the same for every attempt. */
    identifier: text('identifier').notNull().generatedAlwaysAs(sql`'hopsmeter-' || id::text`),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    stripeCustomerId: text('stripe_customer_id').notNull(),
    meter: text('meter')
      .notNull()
      .references(() => meters.meter),
    eventName: text('event_name').notNull(),
    /** First day of the month that the usage is booked in. */
    month: date('month').notNull(),
    /** From 1, without gaps, for a customer and meter: of two plans made from the same state one is refused. */
    sequence: bigint('sequence', { mode: 'bigint' }).notNull(),
    value: bigint('value', { mode: 'bigint' }).notNull(),
    /** Thousandths remitted for account, customer and meter over all months, this row included. */
    cumulativeAfter: bigint('cumulative_after', { mode: 'bigint' }).notNull(),
    /** What had been used by then, exactly; `cumulative_after` never exceeds it. */
    usageTotal: exact('usage_total').notNull(),
    /** The time that Stripe is told. Chosen again with each attempt until one may have reached Stripe. */
    stampedAt: instant('stamped_at'),
    /** See docs/decisions/0011-*.md for what leads from one to another. */
    status: text('status').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** Part of the idempotency key: raised when Stripe answers with an error, which it would repeat for a day. */
    keyNumber: integer('key_number').notNull().default(1),
    /** When a worker may try it; while one has it in hand, when another may. */
    nextAttemptAt: instant('next_attempt_at'),
    /** Begin of the first attempt that may have reached Stripe. */
    uncertainSince: instant('uncertain_since'),
    createdAt: instant('created_at').notNull(),
    /** When Stripe took it; NULL where a person said so. */
    sentAt: instant('sent_at'),
    lastError: text('last_error'),
    resolvedAt: instant('resolved_at'),
    resolvedBy: text('resolved_by'),
    resolution: text('resolution'),
  },
  (table) => [
    unique('stripe_remittances_one_per_sequence').on(table.stripeCustomerId, table.meter, table.sequence),
    // Stripe takes one call at a time for a customer and meter. After a rejection the next ones would be rejected too.
    uniqueIndex('stripe_remittances_one_at_a_time')
      .on(table.stripeCustomerId, table.meter)
      .where(sql`status in ('pending', 'rejected')`),
    index('stripe_remittances_due_idx').on(table.nextAttemptAt, table.id).where(sql`status = 'pending'`),
    index('stripe_remittances_open_idx')
      .on(table.status)
      .where(sql`status in ('pending', 'uncertain', 'rejected', 'too_old')`),
    index('stripe_remittances_account_idx').on(table.accountOwnerId, table.month),
    index('stripe_remittances_created_at_idx').on(table.createdAt, table.id),
    check(
      'stripe_remittances_status_known',
      sql`${table.status} in ('pending', 'sent', 'uncertain', 'rejected', 'too_old', 'not_sent')`,
    ),
    check('stripe_remittances_value_positive', sql`${table.value} > 0 and ${table.value} <= ${table.cumulativeAfter}`),
    check(
      'stripe_remittances_within_usage',
      sql`${table.cumulativeAfter} <= ${table.usageTotal} * 1000 and ${table.usageTotal} <> 'NaN'`,
    ),
    check('stripe_remittances_month_is_first_day', sql`extract(day from ${table.month}) = 1`),
    check(
      'stripe_remittances_due_while_pending',
      sql`(${table.status} = 'pending') = (${table.nextAttemptAt} is not null)`,
    ),
    check(
      'stripe_remittances_resolved_with_reason',
      sql`(${table.resolvedAt} is null) = (${table.resolvedBy} is null)
        and (${table.resolvedAt} is null) = (${table.resolution} is null)`,
    ),
    check(
      'stripe_remittances_ends_by_someone',
      sql`case ${table.status} when 'sent' then ${table.sentAt} is not null or ${table.resolvedAt} is not null
        when 'not_sent' then ${table.resolvedAt} is not null else ${table.resolvedAt} is null end`,
    ),
  ],
).enableRLS();
