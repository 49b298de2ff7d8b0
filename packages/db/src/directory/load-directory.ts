import type { DirectorySnapshot } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { type Query, queryOf } from '../connection/query.ts';
import { dayOf, PRICING_COLUMNS, type PricingRow, toPricing } from '../pricing/pricing-columns.ts';
import { instantMicros } from '../sql/instant.ts';

/**
 * Reads the whole directory. One statement, so one snapshot: the version belongs to the rows. Open ends come as null,
 * times as microseconds. Meters of imported usage are left out: no event is counted on them.
 */
const LOAD_DIRECTORY = `
select
  (select version::text from hopsmeter.directory_versions) as version,
  (select coalesce(json_agg(json_build_array(
      id, hopsworks_cluster_id, namespace, user_id,
      ${instantMicros('started_at')},
      ${instantMicros('ended_at')})), '[]')
    from hopsmeter.projects) as projects,
  (select coalesce(json_agg(json_build_array(
      user_id, account_owner_id,
      ${instantMicros('started_at')},
      ${instantMicros('ended_at')})), '[]')
    from hopsmeter.account_ownerships) as ownerships,
  (select coalesce(json_agg(json_build_array(
      user_id, hopsworks_cluster_id,
      ${instantMicros('started_at')},
      ${instantMicros('ended_at')})), '[]')
    from hopsmeter.user_hopsworks_assignments) as assignments,
  (select coalesce(json_agg(json_build_array(
      hopsworks_cluster_id, alias, user_id,
      ${instantMicros('started_at')},
      ${instantMicros('ended_at')})), '[]')
    from hopsmeter.user_aliases) as aliases,
  (select coalesce(json_agg(json_build_array(id, max_cores, max_gpus)), '[]')
    from hopsmeter.hopsworks_clusters) as limits,
  (select coalesce(json_agg(json_build_array(id, hopsworks_cluster_id, pattern, user_id)), '[]')
    from hopsmeter.namespace_rules where withdrawn_at is null) as rules,
  (select coalesce(json_agg(meter), '[]') from hopsmeter.meters where not starts_with(meter, 'imported_')) as meters,
  (select coalesce(json_agg(json_build_array(name, meter)), '[]') from hopsmeter.gpu_models) as gpu_models,
  (select coalesce(json_agg(json_build_array(account_owner_id, month)), '[]')
    from (select account_owner_id, max(month) as month from hopsmeter.statements
      group by account_owner_id) as last) as closings,
  ${PRICING_COLUMNS}
`;

type Bound = number | null;

type Row = PricingRow & {
  readonly version: string | null;
  readonly projects: readonly [string, string, string, string, Bound, Bound][];
  readonly ownerships: readonly [string, string, Bound, Bound][];
  readonly assignments: readonly [string, string, Bound, Bound][];
  readonly aliases: readonly [string, string, string, Bound, Bound][];
  readonly limits: readonly [string, number, number][];
  readonly rules: readonly [string, string, string, string | null][];
  readonly meters: readonly string[];
  readonly gpu_models: readonly [string, string][];
  readonly closings: readonly [string, string][];
};

/** Reads the directory as of now. */
export function loadDirectory(pool: Pool): Promise<DirectorySnapshot> {
  return readDirectory(queryOf(pool));
}

/**
 * Reads the directory within a transaction: on its connection, because a pool that others exhaust has no second one.
 */
export async function readDirectory({ rowsOf }: Query): Promise<DirectorySnapshot> {
  const [row] = await rowsOf<Row>(LOAD_DIRECTORY);
  const version = row?.version ?? null;
  if (row === undefined || version === null)
    throw new Error('the directory has no version: are the migrations applied?');
  return {
    version,
    projects: row.projects.map(([id, clusterId, namespace, userId, from, to]) => ({
      id,
      clusterId,
      namespace,
      userId,
      ...periodOf(from, to),
    })),
    ownerships: row.ownerships.map(([userId, accountOwnerId, from, to]) => ({
      userId,
      accountOwnerId,
      ...periodOf(from, to),
    })),
    assignments: row.assignments.map(([userId, clusterId, from, to]) => ({ userId, clusterId, ...periodOf(from, to) })),
    aliases: row.aliases.map(([clusterId, alias, userId, from, to]) => ({
      clusterId,
      alias,
      userId,
      ...periodOf(from, to),
    })),
    clusterLimits: row.limits.map(([clusterId, cores, gpus]) => ({
      clusterId,
      coresMax: BigInt(cores),
      gpusMax: BigInt(gpus),
    })),
    namespaceRules: row.rules.map(([id, clusterId, pattern, userId]) => ({
      id,
      clusterId,
      pattern,
      userId: userId ?? undefined,
    })),
    meters: row.meters,
    gpuModels: row.gpu_models.map(([name, meter]) => ({ name, meter })),
    pricing: toPricing(row),
    closings: row.closings.map(([accountOwnerId, month]) => ({ accountOwnerId, month: dayOf(month) })),
  };
}

function periodOf(from: Bound, to: Bound): { startedAt: number; endedAt: number } {
  return { startedAt: from ?? Number.NEGATIVE_INFINITY, endedAt: to ?? Number.POSITIVE_INFINITY };
}
