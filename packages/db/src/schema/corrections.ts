import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { hopsworksClusters, users } from './directory.ts';

/**
 * The corrections that were counted, each linked to the event that it corrects, however many corrections lie between
 * them. All corrections of one event are a chain; the one with the greatest time, and of those the greatest id, is in
 * force, the others book nothing. What they book is in the ledger, under their own keys.
 */
export const corrections = hopsmeterTable(
  'corrections',
  {
    eventKey: uuid('event_key').primaryKey(),
    /** The event that the chain is about; never a correction. */
    rootEventKey: uuid('root_event_key').notNull(),
    /** The event that it names: the root, or another correction of it. */
    replacesEventKey: uuid('replaces_event_key').notNull(),
    eventId: text('event_id').notNull(),
    /** The time that it carries. */
    correctedAt: instant('corrected_at').notNull(),
    /** The whole new content, by meter: {"cpu_hours": "1.5"}; empty for a void. */
    quantities: jsonb('quantities').notNull(),
    reason: text('reason'),
    appliedAt: instant('applied_at').notNull().defaultNow(),
  },
  (table) => [
    index('corrections_root_event_key_idx').on(table.rootEventKey),
    check(
      'corrections_not_of_itself',
      sql`${table.eventKey} not in (${table.rootEventKey}, ${table.replacesEventKey})`,
    ),
  ],
).enableRLS();

/** What clusters say that they reported in a window. It is not usage: it is compared with what was counted. */
export const clusterManifests = hopsmeterTable(
  'cluster_manifests',
  {
    eventKey: uuid('event_key').primaryKey(),
    contentHash: bigint('content_hash', { mode: 'bigint' }).notNull(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    sourcePath: text('source_path').notNull(),
    windowStartedAt: instant('window_started_at').notNull(),
    windowEndedAt: instant('window_ended_at').notNull(),
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    /** By meter: {"cpu_hours": "1.5"}; meters that are not named were not summed. */
    sums: jsonb('sums').notNull(),
    /** Why the cluster cannot report the window; then it counts nothing. */
    missingReason: text('missing_reason'),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (table) => [
    index('cluster_manifests_window_idx').on(table.hopsworksClusterId, table.windowStartedAt),
    // Which sources a cluster has, and the first and last manifests of each.
    index('cluster_manifests_source_idx').on(table.hopsworksClusterId, table.sourcePath, table.windowStartedAt),
    check('cluster_manifests_ends_after_start', sql`${table.windowEndedAt} > ${table.windowStartedAt}`),
    check('cluster_manifests_event_count_not_negative', sql`${table.eventCount} >= 0`),
    check(
      'cluster_manifests_missing_counts_nothing',
      sql`${table.missingReason} is null or (${table.eventCount} = 0 and ${table.sums} = '{}')`,
    ),
  ],
).enableRLS();

/**
 * What clusters say of their projects: whose a namespace is. The periods of `projects` that are reported follow from
 * all reports of a namespace, in whatever order they came.
 */
export const projectReports = hopsmeterTable(
  'project_reports',
  {
    eventKey: uuid('event_key').primaryKey(),
    contentHash: bigint('content_hash', { mode: 'bigint' }).notNull(),
    eventId: text('event_id').notNull(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    sourcePath: text('source_path').notNull(),
    namespace: text('namespace').notNull(),
    projectName: text('project_name').notNull(),
    /** The number that Hopsworks gave the project. */
    projectNumber: bigint('project_number', { mode: 'bigint' }).notNull(),
    /** As it was reported. */
    owner: text('owner').notNull(),
    /** Who that was when the report was recorded. */
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    reportedAt: instant('reported_at').notNull(),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at'),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (table) => [
    index('project_reports_namespace_idx').on(table.hopsworksClusterId, table.namespace, table.reportedAt),
    check('project_reports_created_before', sql`${table.createdAt} <= ${table.reportedAt}`),
    check('project_reports_ends_after_start', sql`${table.endedAt} > ${table.createdAt}`),
  ],
).enableRLS();
