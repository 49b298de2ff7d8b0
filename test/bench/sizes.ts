import { Redis } from 'ioredis';
import type { Stage } from './stage.ts';

/** Bytes of one event. */
export type Sizes = {
  /** Waiting in Redis, with everything that its job takes there. */
  readonly redisWaiting: number;
  /** In the ledger, with its index. */
  readonly ledger: number;
};

const EVENTS_PER_BATCH = 100;

/** Long enough for some hundred jobs. */
const SECONDS = 3;

/** Fills the queue while the worker is stopped, and looks at what that takes. */
export async function measureSizes(stage: Stage): Promise<Sizes> {
  const { pipeline } = stage;
  const redis = new Redis(pipeline.redis.url);
  try {
    for (const worker of pipeline.workers) await worker.kill('SIGSTOP');
    const before = await readUsedMemory(redis);
    const { accepted } = await stage.load({ eventsPerBatch: EVENTS_PER_BATCH, connections: 8, seconds: SECONDS });
    const redisWaiting = ((await readUsedMemory(redis)) - before) / accepted;
    for (const worker of pipeline.workers) await worker.kill('SIGCONT');
    await stage.drained();
    return { redisWaiting, ledger: await readLedgerBytes(stage) };
  } finally {
    await redis.quit();
  }
}

/** Bytes of an event in the ledger, with its index. */
export async function readLedgerBytes({ pool, schema }: Pick<Stage, 'pool' | 'schema'>): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    `select (select sum(pg_total_relation_size(relid)) from pg_partition_tree('${schema}.usage_events'))::float8
       / (select count(*) from ${schema}.usage_events) as bytes`,
  );
  return rows[0]?.bytes ?? 0;
}

async function readUsedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
}
