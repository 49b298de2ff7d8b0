import type { Redis } from 'ioredis';
import { readRecorded } from './exactness.ts';
import type { Histogram } from './histogram.ts';
import { readResidentBytes } from './process-usage.ts';
import type { Stage } from './stage.ts';

/** The pipeline at one moment of a soak; rates and latencies are those since the sample before. */
export type Sample = {
  /** Seconds since the soak began. */
  readonly at: number;
  readonly acknowledgedPerSecond: number;
  readonly recordedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly waitingEvents: number;
  readonly waitingJobs: number;
  /** Resident, in bytes, by process. */
  readonly memory: Readonly<Record<string, number>>;
  /** Used bytes of V8's heap, by process. */
  readonly heap: Readonly<Record<string, number>>;
  readonly rollupBytes: number;
  readonly rollupIndexBytes: number;
  readonly rollupRows: number;
  readonly rollupDeadRows: number;
  readonly ledgerBytes: number;
  readonly ledgerIndexBytes: number;
};

/** What is counted between two samples. */
export type Meanwhile = { acknowledged: number; readonly latencies: Histogram };

type TableSizes = Pick<
  Sample,
  'rollupBytes' | 'rollupIndexBytes' | 'rollupRows' | 'rollupDeadRows' | 'ledgerBytes' | 'ledgerIndexBytes'
>;

const TABLE_SIZES = `
select
  pg_table_size('hopsmeter.usage_daily')::float8 as "rollupBytes",
  pg_indexes_size('hopsmeter.usage_daily')::float8 as "rollupIndexBytes",
  (select count(*)::integer from hopsmeter.usage_daily) as "rollupRows",
  (select n_dead_tup::integer from pg_stat_user_tables
    where relid = 'hopsmeter.usage_daily'::regclass) as "rollupDeadRows",
  (select sum(pg_table_size(relid))::float8 from pg_partition_tree('hopsmeter.usage_events')
    where isleaf) as "ledgerBytes",
  (select sum(pg_indexes_size(relid))::float8 from pg_partition_tree('hopsmeter.usage_events')
    where isleaf) as "ledgerIndexBytes"`;

/** Takes samples, each beside the one before. `base` is what was acknowledged and recorded before the soak. */
export function createSampler(stage: Stage, redis: Redis, base: number): (meanwhile: Meanwhile) => Promise<Sample> {
  const { pipeline, pool } = stage;
  const services = { ingest: pipeline.ingests[0], worker: pipeline.workers[0] };
  const begin = performance.now();
  let [lastAt, lastRecorded, acknowledgedSoFar] = [begin, base, base];
  return async (meanwhile) => {
    const recorded = await readRecorded(pool);
    const now = performance.now();
    const seconds = (now - lastAt) / 1_000;
    const { acknowledged, latencies } = meanwhile;
    acknowledgedSoFar += acknowledged;
    const rates = {
      at: (now - begin) / 1_000,
      acknowledgedPerSecond: acknowledged / seconds,
      recordedPerSecond: (recorded - lastRecorded) / seconds,
      p50Ms: latencies.percentile(0.5),
      p99Ms: latencies.percentile(0.99),
      // Negative for a moment when a batch is committed between its answer and our hearing of it.
      waitingEvents: Math.max(0, acknowledgedSoFar - recorded),
    };
    [lastAt, lastRecorded] = [now, recorded];
    meanwhile.acknowledged = 0;
    latencies.clear();
    const [waiting, active, sizes, ingestHeap, workerHeap] = await Promise.all([
      redis.llen('{hopsmeter}:usage-batches:wait'),
      redis.llen('{hopsmeter}:usage-batches:active'),
      pool.query<TableSizes>(TABLE_SIZES),
      readHeap(services.ingest?.url ?? ''),
      readHeap(services.worker?.url ?? ''),
    ]);
    const [tables] = sizes.rows;
    if (tables === undefined) throw new Error('no sizes');
    return {
      ...rates,
      waitingJobs: waiting + active,
      memory: {
        ingest: readResidentBytes(services.ingest?.pid ?? 0),
        worker: readResidentBytes(services.worker?.pid ?? 0),
        redis: readResidentBytes(pipeline.redis.pid),
        load: readResidentBytes(process.pid),
      },
      heap: { ingest: ingestHeap, worker: workerHeap },
      ...tables,
    };
  };
}

async function readHeap(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1] ?? 0);
}
