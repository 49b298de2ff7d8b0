import { totalmem } from 'node:os';
import type { Pool } from '@hopsmeter/db';
import { type Clone, type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createCluster, one, type TestCluster } from '../harness/world.ts';
import { readRecorded } from './exactness.ts';
import { LOAD_NAMESPACES, type LoadOptions, type LoadResult, runLoad } from './load.ts';
import { readUsage } from './process-usage.ts';

/** The whole stack with a cluster whose users and projects the load names. */
export type Stage = {
  readonly pipeline: Pipeline;
  readonly pool: Pool;
  /** In which the tables are: old revisions had them in `public`. */
  readonly schema: string;
  readonly cluster: TestCluster;
  /** Events that must be recorded by now: all that were acknowledged, and what a floor recorded by itself. */
  expected(): number;
  /** How many of them were no copies of others. */
  expectedDistinct(): number;
  /** Counts events that were recorded without the load. */
  expectMore(events: number): void;
  /** Posts to the ingest, and counts what it acknowledged. */
  load(
    options: Pick<LoadOptions, 'eventsPerBatch' | 'connections' | 'seconds' | 'pace' | 'isTwice' | 'onAcknowledged'>,
  ): Promise<LoadResult>;
  /** Waits until everything that is expected is recorded. */
  drained(): Promise<void>;
  /** CPU seconds so far by process. */
  cpu(): ReadonlyMap<string, number>;
  /** Peak memory so far by process, in bytes: resident, of the largest one of it. */
  peakMemory(): ReadonlyMap<string, number>;
  close(): Promise<void>;
};

/**
 * A quarter of the machine's memory for buffers, as Postgres' manual advises. With the 1 GB and the 4 GB of log of a
 * developer's machine, 30,000 events a second took all of two cores when 32 million were in the ledger; so sized, two
 * thirds of them.
 */
const POSTGRES_SIZE = { bufferMegabytes: Math.floor(totalmem() / 2 ** 22), logMegabytes: 16_384 } as const;

/** Starts one ingest and one worker on servers of their own; of another clone where one is given. */
export async function startStage(clone?: Clone): Promise<Stage> {
  const pipeline = await startPipeline({
    postgresSize: POSTGRES_SIZE,
    isDurable: true,
    ...(clone === undefined ? {} : { clone }),
  });
  const { pool, ingests, workers, redis, postgres } = pipeline;
  const schema = await findSchema(pool);
  await firstReconciliation(pool, schema);
  const cluster = await createCluster(pool, 'bench', schema);
  await fillDirectory(pool, schema, cluster.id);
  let expected = 0;
  let expectedDistinct = 0;
  let round = 0;
  const processes: readonly [string, number][] = [
    ['ingest', ingests[0]?.pid ?? 0],
    ['worker', workers[0]?.pid ?? 0],
    ['redis', redis.pid],
    ['postgres', postgres.pid],
    ['load', process.pid],
  ];
  return {
    pipeline,
    pool,
    schema,
    cluster,
    expected: () => expected,
    expectedDistinct: () => expectedDistinct,
    expectMore: (events) => {
      expected += events;
      expectedDistinct += events;
    },
    async load(options) {
      round += 1;
      const url = ingests[0]?.url ?? '';
      const result = await runLoad({ ...options, url, clusterId: cluster.id, key: cluster.key, round: `${round}` });
      expected += result.accepted;
      expectedDistinct += result.distinct;
      return result;
    },
    async drained() {
      while ((await readRecorded(pool, schema)) < expected) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    cpu: () => new Map(processes.map(([name, pid]) => [name, readUsage(pid).cpuSeconds])),
    peakMemory: () => new Map(processes.map(([name, pid]) => [name, readUsage(pid).peakMemoryBytes])),
    close: () => pipeline.close(),
  };
}

async function findSchema(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ schema: string }>(
    `select relnamespace::regnamespace::text as schema from pg_class where relname = 'usage_batches' and relkind = 'r'`,
  );
  return one(rows).schema;
}

/**
 * Waits until ledger and rollup were compared: a worker does that once an hour, and at first soon after its start.
 * Beside a measurement it costs up to half as much again in Postgres for 20 s, at a moment that differs from run to
 * run.
 */
async function firstReconciliation(pool: Pool, schema: string): Promise<void> {
  const isDone = async () =>
    (await pool.query(`select from ${schema}.reconciliations where status = 'done'`)).rowCount === 1;
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A tenth of the users are account owners; each user has a project. */
async function fillDirectory(pool: Pool, schema: string, clusterId: string): Promise<void> {
  await pool.query(
    `insert into ${schema}.users (id, account_owner_id)
     select 'auth0|' || n, case when n % 10 > 0 then 'auth0|' || (n - n % 10) end
     from generate_series(0, $1 - 1) as n order by n % 10 > 0, n`,
    [LOAD_NAMESPACES],
  );
  await pool.query(
    `insert into ${schema}.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
     select id, $1, '-infinity' from ${schema}.users`,
    [clusterId],
  );
  await pool.query(
    `insert into ${schema}.projects (hopsworks_cluster_id, namespace, user_id, started_at)
     select $1, 'ns-' || n, 'auth0|' || n, '-infinity' from generate_series(0, $2 - 1) as n`,
    [clusterId, LOAD_NAMESPACES],
  );
}
