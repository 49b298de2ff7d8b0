import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes, hopsmeterTable, instant, systemId, userId } from './columns.ts';

/** People. `account_owner_id` is NULL for an account owner; a member's owner pays (two levels, held by a trigger). */
export const users = hopsmeterTable(
  'users',
  {
    id: userId('id').primaryKey(),
    email: text('email'),
    name: text('name'),
    /**
     * Whom the account's statements are addressed to: company and address, a line each. NULL: name and e-mail address.
     */
    billingAddress: text('billing_address'),
    accountOwnerId: userId('account_owner_id').references((): AnyPgColumn => users.id),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('users_account_owner_id_idx').on(table.accountOwnerId),
    check('users_not_own_owner', sql`${table.accountOwnerId} <> ${table.id}`),
  ],
).enableRLS();

/** Who owned a user when: the history that late usage is billed by. Owners own themselves. Kept by a trigger. */
export const accountOwnerships = hopsmeterTable(
  'account_ownerships',
  {
    id: systemId().primaryKey().defaultRandom(),
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [check('account_ownerships_ends_after_start', sql`${table.endedAt} > ${table.startedAt}`)],
).enableRLS();

export const hopsworksClusters = hopsmeterTable(
  'hopsworks_clusters',
  {
    id: systemId().primaryKey().defaultRandom(),
    name: text('name').notNull().unique(),
    status: text('status').notNull().default('active'),
    maxUsers: integer('max_users').notNull(),
    /** How many cores and GPUs one event may have had over its window; one with more is parked as implausible. */
    maxCores: integer('max_cores').notNull().default(512),
    maxGpus: integer('max_gpus').notNull().default(64),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    check('hopsworks_clusters_status_known', sql`${table.status} in ('active', 'inactive')`),
    check('hopsworks_clusters_max_users_positive', sql`${table.maxUsers} > 0`),
    check('hopsworks_clusters_limits_valid', sql`${table.maxCores} > 0 and ${table.maxGpus} >= 0`),
  ],
).enableRLS();

/** Which cluster a user is on, and since when. A cluster may only post for its own users. */
export const userHopsworksAssignments = hopsmeterTable(
  'user_hopsworks_assignments',
  {
    id: systemId().primaryKey().defaultRandom(),
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
  },
  (table) => [check('user_hopsworks_assignments_ends_after_start', sql`${table.endedAt} > ${table.startedAt}`)],
).enableRLS();

/**
 * What a cluster calls a user, over time: its Hopsworks user name. A cluster can give a name to somebody else once its
 * user is gone.
 */
export const userAliases = hopsmeterTable(
  'user_aliases',
  {
    id: systemId().primaryKey().defaultRandom(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    alias: text('alias').notNull(),
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
  },
  (table) => [check('user_aliases_ends_after_start', sql`${table.endedAt} > ${table.startedAt}`)],
).enableRLS();

/** Keys that clusters post with. Only the SHA-256 of a key is here; `prefix` recognises it in lists. */
export const clusterKeys = hopsmeterTable(
  'cluster_keys',
  {
    id: systemId().primaryKey().defaultRandom(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    prefix: text('prefix').notNull(),
    hash: bytes('hash').notNull().unique(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** Coarse: written at most once a minute. */
    lastUsedAt: instant('last_used_at'),
    /** The key that this one replaces. */
    rotatedFromId: systemId('rotated_from_id').references((): AnyPgColumn => clusterKeys.id),
  },
  (table) => [check('cluster_keys_hash_is_sha256', sql`octet_length(${table.hash}) = 32`)],
).enableRLS();

/** A namespace of a cluster and the user who owned it, over time: a name can come back with another owner. */
export const projects = hopsmeterTable(
  'projects',
  {
    id: systemId().primaryKey().defaultRandom(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    namespace: text('namespace').notNull(),
    userId: userId('user_id')
      .notNull()
      .references(() => users.id),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
    /** Whether it is as its cluster reports it. What a person enters or changes is that person's from then on. */
    isReported: boolean('is_reported').notNull().default(false),
  },
  (table) => [check('projects_ends_after_start', sql`${table.endedAt} > ${table.startedAt}`)],
).enableRLS();

/** What is measured. `unit` is the unit of a quantity of it. */
export const meters = hopsmeterTable(
  'meters',
  {
    meter: text('meter').primaryKey(),
    unit: text('unit').notNull(),
    description: text('description').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    check('meters_name_form', sql`${table.meter} ~ '^[a-z0-9]+(_[a-z0-9]+)*$' and length(${table.meter}) <= 64`),
  ],
).enableRLS();

/** On which meter the usage of a GPU model is counted. */
export const gpuModels = hopsmeterTable('gpu_models', {
  id: systemId().primaryKey().defaultRandom(),
  /** As clusters report it, such as `NVIDIA H100 80GB HBM3`. */
  name: text('name').notNull(),
  /** The name in the form in which names are compared: `comparedGpuModel` of packages/usage. */
  comparedName: text('compared_name').notNull().unique(),
  meter: text('meter')
    .notNull()
    .references(() => meters.meter),
  createdAt: instant('created_at').notNull().defaultNow(),
}).enableRLS();

/** Invitations into an account's team. The token is shown once; only its SHA-256 is here. */
export const teamInvites = hopsmeterTable(
  'team_invites',
  {
    id: systemId().primaryKey().defaultRandom(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    email: text('email').notNull(),
    tokenHash: bytes('token_hash').notNull().unique(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    acceptedByUserId: userId('accepted_by_user_id').references(() => users.id),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    uniqueIndex('team_invites_one_pending')
      .on(table.accountOwnerId, sql`lower(${table.email})`)
      .where(sql`accepted_at is null and revoked_at is null`),
    check('team_invites_token_hash_is_sha256', sql`octet_length(${table.tokenHash}) = 32`),
    check('team_invites_ends_once', sql`${table.acceptedAt} is null or ${table.revokedAt} is null`),
    check('team_invites_accepted_by_someone', sql`(${table.acceptedAt} is null) = (${table.acceptedByUserId} is null)`),
  ],
).enableRLS();

/** What becomes of usage of namespaces that are no project, such as those of the platform: per cluster, by name. */
export const namespaceRules = hopsmeterTable(
  'namespace_rules',
  {
    id: systemId().primaryKey().defaultRandom(),
    hopsworksClusterId: systemId('hopsworks_cluster_id')
      .notNull()
      .references(() => hopsworksClusters.id),
    /** A namespace, or the beginning of one followed by `*`. */
    pattern: text('pattern').notNull(),
    /** `ignore`, or `book` for a user. */
    action: text('action').notNull(),
    userId: userId('user_id').references(() => users.id),
    reason: text('reason').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
    withdrawnAt: instant('withdrawn_at'),
    withdrawnBy: text('withdrawn_by'),
  },
  (table) => [
    uniqueIndex('namespace_rules_one_in_force')
      .on(table.hopsworksClusterId, table.pattern)
      .where(sql`withdrawn_at is null`),
    check('namespace_rules_action_known', sql`${table.action} in ('ignore', 'book')`),
    check('namespace_rules_books_for_someone', sql`(${table.action} = 'book') = (${table.userId} is not null)`),
    check('namespace_rules_withdrawn_by_someone', sql`(${table.withdrawnAt} is null) = (${table.withdrawnBy} is null)`),
  ],
).enableRLS();

/** Who changed what, and why. Rows are only ever added (a trigger holds that). */
export const auditLog = hopsmeterTable(
  'audit_log',
  {
    id: systemId().primaryKey().defaultRandom(),
    happenedAt: instant('happened_at').notNull().defaultNow(),
    /** `staff`, `owner`, `service` or `system`. */
    actorKind: text('actor_kind').notNull(),
    /** An Auth0 sub, or the name of the server or job. */
    actorId: text('actor_id').notNull(),
    /** Verb and noun: `change_owner`, `revoke_cluster_key`. */
    action: text('action').notNull(),
    /** The table and the key of what was changed. */
    entity: text('entity').notNull(),
    entityId: text('entity_id').notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    reason: text('reason'),
    requestId: text('request_id'),
    /** Users whom the change names: who pays, who used, who was moved. */
    userIds: text('user_ids')
      .array()
      .generatedAlwaysAs(
        sql.raw(`array_remove(array[
          case when entity in ('users', 'spending_caps', 'stripe_customers') then entity_id end,
          before ->> 'accountOwnerId', after ->> 'accountOwnerId', before ->> 'userId', after ->> 'userId',
          after -> 'project' ->> 'userId'
        ], null)`),
      ),
  },
  (table) => [
    index('audit_log_user_ids_idx').using('gin', table.userIds),
    index('audit_log_entity_idx').on(table.entity, table.entityId, table.happenedAt),
    // Lists are read from the newest row back.
    index('audit_log_happened_at_idx').on(table.happenedAt, table.id),
    index('audit_log_actor_idx').on(table.actorId, table.happenedAt, table.id),
    index('audit_log_action_idx').on(table.action, table.happenedAt, table.id),
    check('audit_log_actor_kind_known', sql`${table.actorKind} in ('staff', 'owner', 'service', 'system')`),
  ],
).enableRLS();

/** One row: the version of everything above. Triggers raise it; the worker's statement refuses to run on an old one. */
export const directoryVersions = hopsmeterTable(
  'directory_versions',
  {
    id: boolean('id').primaryKey().default(true),
    version: bigint('version', { mode: 'bigint' }).notNull(),
  },
  (table) => [check('directory_versions_one_row', sql`${table.id}`)],
).enableRLS();
