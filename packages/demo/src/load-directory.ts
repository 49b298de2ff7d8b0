import type { Pool } from '@hopsmeter/db';
import {
  comparedGpuModel,
  formatTime,
  hashClusterKey,
  KEY_PREFIX_LENGTH,
  MICROS_PER_DAY,
  type Micros,
  parseTime,
} from '@hopsmeter/usage';
import { DEMO_CLUSTERS, DEMO_USERS, MOVE } from './demo-people.ts';
import { demoPeriodOf } from './demo-period.ts';
import { DEMO_GPU_MODELS, DEMO_PROJECTS } from './demo-projects.ts';

/** Accounts, assignments and projects are older than the usage by this much. */
const HISTORY = 60 * MICROS_PER_DAY;

/** Whether nobody has put anything into the database yet: then, and only then, the demo may. */
export async function isEmpty(pool: Pool): Promise<boolean> {
  const result = await pool.query<{ empty: boolean }>(
    'select not exists (select from hopsmeter.users) and not exists (select from hopsmeter.usage_batches) as empty',
  );
  return result.rows[0]?.empty === true;
}

/**
 * The hour as of which this database holds the demo; `undefined` when it does not. Kept as the clusters' created_at.
 */
export async function findDemo(pool: Pool): Promise<Micros | undefined> {
  const result = await pool.query<{ created_at: string }>(
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at
     from hopsmeter.hopsworks_clusters where id = $1`,
    [DEMO_CLUSTERS[0]?.id],
  );
  const row = result.rows[0];
  return row === undefined ? undefined : parseTime(row.created_at);
}

/** How many events the pipeline has recorded so far, whatever became of them. */
export async function countRecorded(pool: Pool): Promise<number> {
  const result = await pool.query<{ recorded: string }>(
    'select coalesce(sum(event_count), 0)::text as recorded from hopsmeter.usage_batches',
  );
  return Number(result.rows[0]?.recorded ?? 0);
}

/**
 * Writes people, clusters, projects and ownership history in one transaction: all of it or nothing.
 *
 * Inserting a user writes an ownership without a beginning (trigger `keep_account_ownerships`); for the member who
 * changed teams it is replaced by two, because periods must not overlap.
 */
export async function writeDirectory(pool: Pool, asOf: Micros): Promise<void> {
  const { start, movedAt, end } = demoPeriodOf(asOf);
  const createdAt = formatTime(end);
  const startedAt = formatTime(start - HISTORY);
  const statements: readonly (readonly [sql: string, parameters: readonly string[]])[] = [
    [
      `insert into hopsmeter.hopsworks_clusters (id, name, max_users, created_at)
       select id, name, "maxUsers", $2::timestamptz
         from json_to_recordset($1) as row (id uuid, name text, "maxUsers" integer)`,
      [JSON.stringify(DEMO_CLUSTERS), createdAt],
    ],
    [
      `insert into hopsmeter.users (id, email, name, account_owner_id, created_at)
       select id, email, name, "accountOwnerId", $2::timestamptz
       from json_to_recordset($1) as row (id text, email text, name text, "accountOwnerId" text)`,
      [JSON.stringify(DEMO_USERS), startedAt],
    ],
    ['delete from hopsmeter.account_ownerships where user_id = $1', [MOVE.userId]],
    [
      `insert into hopsmeter.account_ownerships (user_id, account_owner_id, started_at, ended_at)
       values ($1, $2, '-infinity', $4), ($1, $3, $4, null)`,
      [MOVE.userId, MOVE.fromOwnerId, MOVE.toOwnerId, formatTime(movedAt)],
    ],
    [
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
       select user_id, cluster_id, $2::timestamptz from json_to_recordset($1) as row (user_id text, cluster_id uuid)`,
      [JSON.stringify(DEMO_USERS.map(({ id, cluster }) => ({ user_id: id, cluster_id: cluster.id }))), startedAt],
    ],
    [
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
       select cluster_id, namespace, user_id, $2::timestamptz
       from json_to_recordset($1) as row (cluster_id uuid, namespace text, user_id text)`,
      [
        JSON.stringify(
          DEMO_PROJECTS.map(({ cluster, namespace, userId }) => ({
            cluster_id: cluster.id,
            namespace,
            user_id: userId,
          })),
        ),
        startedAt,
      ],
    ],
    [
      `insert into hopsmeter.gpu_models (name, compared_name, meter)
       select name, "comparedName", meter
         from json_to_recordset($1) as row (name text, "comparedName" text, meter text)`,
      [JSON.stringify(DEMO_GPU_MODELS.map((model) => ({ ...model, comparedName: comparedGpuModel(model.name) })))],
    ],
  ];
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    for (const [sql, parameters] of statements) await client.query(sql, [...parameters]);
    await client.query('commit');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection that saw an error is closed, which also ends its transaction.
    client.release(broken);
  }
}

/** Makes a cluster key valid. Only its hash is stored; a key that is known already stays as it is. */
export async function registerKey(pool: Pool, clusterId: string, key: string): Promise<void> {
  await pool.query(
    `insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash) values ($1, $2, $3)
     on conflict (hash) do nothing`,
    [clusterId, key.slice(0, KEY_PREFIX_LENGTH), hashClusterKey(key)],
  );
}
