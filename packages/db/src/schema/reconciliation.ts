import { sql } from 'drizzle-orm';
import { bigint, boolean, check, date, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { exact, exactQuantity, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { hopsworksClusters } from './directory.ts';

/** A comparison of the ledger with the rollup: of some days, one after the other, whoever has a worker for it. */
export const reconciliations = hopsmeterTable(
  'reconciliations',
  {
    id: systemId().primaryKey().defaultRandom(),
    kind: text('kind').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: instant('requested_at').notNull().defaultNow(),
    status: text('status').notNull().default('waiting'),
    /** The usage days to compare, in their order. */
    days: date('days').array().notNull(),
    /** How many of them are done: they are done in their order. */
    checkedDays: integer('checked_days').notNull().default(0),
    /** Rows of the rollup, or that should be there. */
    checkedRows: bigint('checked_rows', { mode: 'bigint' }).notNull().default(sql`0`),
    differingRows: bigint('differing_rows', { mode: 'bigint' }).notNull().default(sql`0`),
    differingDays: date('differing_days').array().notNull().default([]),
    /** Sum of what the differing rows cost too much or too little, each without its sign. */
    costDifference: exact('cost_difference').notNull().default('0'),
    /** What final statements say and is not so, at most a thousand things. */
    statementDifferences: jsonb('statement_differences').notNull().default([]),
    /** NULL: statements were not compared this time. */
    statementDifferenceCount: integer('statement_difference_count'),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    index('reconciliations_requested_at_idx').on(table.requestedAt, table.id),
    index('reconciliations_unfinished_idx').on(table.requestedAt).where(sql`status <> 'done'`),
    check('reconciliations_kind_known', sql`${table.kind} in ('scheduled', 'requested')`),
    check('reconciliations_status_known', sql`${table.status} in ('waiting', 'running', 'done')`),
    check('reconciliations_finished_at_the_end', sql`(${table.status} = 'done') = (${table.finishedAt} is not null)`),
    check('reconciliations_within_days', sql`${table.checkedDays} between 0 and cardinality(${table.days})`),
  ],
).enableRLS();

/** Rows that a comparison found to differ, the first thousand of it. NULL quantities: no row on that side. */
export const reconciliationDifferences = hopsmeterTable(
  'reconciliation_differences',
  {
    id: systemId().primaryKey().defaultRandom(),
    reconciliationId: systemId('reconciliation_id')
      .notNull()
      .references(() => reconciliations.id),
    /** `missing` from the rollup, `unexpected` there, or another `usage` or `price` there. */
    kind: text('kind').notNull(),
    usageDate: date('usage_date').notNull(),
    bookedOn: date('booked_on').notNull(),
    /** No foreign keys: a row that should not be there may name anything. */
    accountOwnerId: userId('account_owner_id').notNull(),
    userId: userId('user_id').notNull(),
    hopsworksClusterId: systemId('hopsworks_cluster_id').notNull(),
    projectId: systemId('project_id'),
    meter: text('meter').notNull(),
    ledgerQuantity: exactQuantity('ledger_quantity'),
    rollupQuantity: exactQuantity('rollup_quantity'),
    ledgerEventCount: bigint('ledger_event_count', { mode: 'bigint' }),
    rollupEventCount: bigint('rollup_event_count', { mode: 'bigint' }),
    /** NULL where no price is in force. Of a closed month: the row's own, which stays. */
    expectedRateId: systemId('expected_rate_id'),
    expectedOverrideId: systemId('expected_override_id'),
    expectedPrice: exact('expected_price'),
    expectedPriceQuantity: exact('expected_price_quantity'),
    expectedPriceAdjustment: exact('expected_price_adjustment').notNull(),
    rateId: systemId('rate_id'),
    priceOverrideId: systemId('price_override_id'),
    price: exact('price'),
    priceQuantity: exact('price_quantity'),
    priceAdjustment: exact('price_adjustment'),
    expectedCost: exact('expected_cost'),
    cost: exact('cost'),
    /** Whether the row is booked in a month that is closed: then no repair touches it. */
    isClosed: boolean('is_closed').notNull(),
  },
  (table) => [
    index('reconciliation_differences_reconciliation_id_idx').on(table.reconciliationId),
    check('reconciliation_differences_kind_known', sql`${table.kind} in ('missing', 'unexpected', 'usage', 'price')`),
  ],
).enableRLS();

/** The newest result of each day that was ever compared. */
export const reconciledDays = hopsmeterTable('reconciled_days', {
  day: date('day').primaryKey(),
  checkedAt: instant('checked_at').notNull(),
  reconciliationId: systemId('reconciliation_id')
    .notNull()
    .references(() => reconciliations.id),
  differingRows: bigint('differing_rows', { mode: 'bigint' }).notNull(),
  costDifference: exact('cost_difference').notNull(),
}).enableRLS();

/**
 * What was counted of each cluster's hours, as the ledger said when its day was compared last: usage as it was
 * reported, without adjustments. An event belongs to the hour in which its window began; what it used on later days
 * stands in rows of these usage dates, so that each day is refreshed by itself.
 */
export const clusterHours = hopsmeterTable(
  'cluster_hours',
  {
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    hour: instant('hour').notNull(),
    sourcePath: text('source_path').notNull(),
    usageDate: date('usage_date').notNull(),
    /** Events that began on this usage date; 0 where only a window reaches into it. */
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    /** Of these, events whose window overlaps that of an earlier one of the same user, project, type and meter. */
    overlappingCount: bigint('overlapping_count', { mode: 'bigint' }).notNull().default(sql`0`),
    /** {"cpu_hours": "1.500000000000"} */
    sums: jsonb('sums').notNull(),
    /** The latest end of a window that began in the hour: the hours until then are not missing. */
    lastWindowEndedAt: instant('last_window_ended_at').notNull(),
    checkedAt: instant('checked_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'cluster_hours_pkey',
      columns: [table.hopsworksClusterId, table.hour, table.sourcePath, table.usageDate],
    }),
    index('cluster_hours_usage_date_idx').on(table.usageDate),
    // What a cluster's usage came from, source after source.
    index('cluster_hours_source_path_idx').on(table.hopsworksClusterId, table.sourcePath),
  ],
).enableRLS();
