import { sql } from 'drizzle-orm';
import { check, date, index, integer, numeric, smallint, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { exact, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { users } from './directory.ts';

/** Money to the cent, USD. */
const money = (name: string) => numeric(name, { precision: 10, scale: 2 });

/** What an account wants to spend in a month at most. Nothing is stopped at it: alerts are raised on the way to it. */
export const spendingCaps = hopsmeterTable(
  'spending_caps',
  {
    accountOwnerId: userId('account_owner_id')
      .primaryKey()
      .references(() => users.id),
    amount: money('amount').notNull(),
    /** When it was set to this amount, and who set it. */
    setAt: instant('set_at').notNull().defaultNow(),
    setBy: text('set_by').notNull(),
    /** When a worker compared the account's spending with it last; the longest ago is next. */
    checkedAt: instant('checked_at'),
  },
  (table) => [
    index('spending_caps_checked_at_idx').on(table.checkedAt),
    check('spending_caps_amount_positive', sql`${table.amount} > 0 and ${table.amount} <> 'NaN'`),
  ],
).enableRLS();

/**
 * That an account's spending of a month reached a threshold of its cap. One for each month and threshold, whatever
 * becomes of the cap; rows never change. Whether anybody was told stands in `webhook_deliveries`.
 */
export const spendingAlerts = hopsmeterTable(
  'spending_alerts',
  {
    id: systemId().primaryKey().defaultRandom(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    /** The month's first day. */
    month: date('month').notNull(),
    /** Percent of the cap. */
    threshold: smallint('threshold').notNull(),
    /** The cap, and what was spent, when it was raised. */
    cap: money('cap').notNull(),
    spent: exact('spent').notNull(),
    raisedAt: instant('raised_at').notNull().defaultNow(),
  },
  (table) => [
    unique('spending_alerts_one_per_threshold').on(table.accountOwnerId, table.month, table.threshold),
    index('spending_alerts_raised_at_idx').on(table.raisedAt, table.id),
    check('spending_alerts_threshold_known', sql`${table.threshold} in (80, 90, 100)`),
    check('spending_alerts_month_is_first_day', sql`extract(day from ${table.month}) = 1`),
    check(
      'spending_alerts_reached',
      sql`${table.cap} > 0 and ${table.cap} <> 'NaN' and ${table.spent} <> 'NaN'
        and ${table.spent} * 100 >= ${table.cap} * ${table.threshold}`,
    ),
  ],
).enableRLS();

/** Where alerts are posted to. Its secret is derived from its id and a key that only the services know. */
export const webhookEndpoints = hopsmeterTable(
  'webhook_endpoints',
  {
    id: systemId().primaryKey().defaultRandom(),
    url: text('url').notNull(),
    /** Whose alerts it gets; NULL for all accounts. */
    accountOwnerId: userId('account_owner_id').references(() => users.id),
    createdAt: instant('created_at').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
    disabledAt: instant('disabled_at'),
  },
  (table) => [
    uniqueIndex('webhook_endpoints_one_per_url')
      .on(table.url, sql`coalesce(${table.accountOwnerId}, '')`)
      .where(sql`disabled_at is null`),
    check('webhook_endpoints_url_form', sql`${table.url} ~ '^https?://' and length(${table.url}) <= 2048`),
  ],
).enableRLS();

/**
 * That an alert is to be posted to an endpoint, and how far it got: waiting for its next attempt, delivered or dead.
 */
export const webhookDeliveries = hopsmeterTable(
  'webhook_deliveries',
  {
    id: systemId().primaryKey().defaultRandom(),
    spendingAlertId: systemId('spending_alert_id')
      .notNull()
      .references(() => spendingAlerts.id),
    webhookEndpointId: systemId('webhook_endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Attempts that were begun since it was created, or since somebody asked for it again. */
    attempts: integer('attempts').notNull().default(0),
    lastAttemptAt: instant('last_attempt_at'),
    /** NULL once it is delivered or dead. */
    nextAttemptAt: instant('next_attempt_at').defaultNow(),
    /** Until when a worker that took it may be busy with it; then it is taken for dead and another one takes over. */
    leasedUntil: instant('leased_until'),
    deliveredAt: instant('delivered_at'),
    /** When it was given up: after too many attempts, or because the endpoint was disabled. */
    deadAt: instant('dead_at'),
    /** HTTP status of the last answer. */
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
  },
  (table) => [
    unique('webhook_deliveries_one_per_endpoint').on(table.spendingAlertId, table.webhookEndpointId),
    index('webhook_deliveries_due_idx').on(table.nextAttemptAt).where(sql`next_attempt_at is not null`),
    index('webhook_deliveries_dead_idx').on(table.webhookEndpointId).where(sql`dead_at is not null`),
    index('webhook_deliveries_endpoint_idx').on(table.webhookEndpointId, table.createdAt, table.id),
    check(
      'webhook_deliveries_one_state',
      sql`num_nonnulls(${table.nextAttemptAt}, ${table.deliveredAt}, ${table.deadAt}) = 1`,
    ),
    check('webhook_deliveries_attempts_not_negative', sql`${table.attempts} >= 0`),
  ],
).enableRLS();
