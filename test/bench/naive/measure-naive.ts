import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pool } from '@hopsmeter/db';
import { choosePort, type Restartable, startProcess } from '@hopsmeter/stack';
import { Queue } from 'bullmq';
import { type LoadResult, runLoad } from '../load.ts';
import { CREATE_NAIVE_TABLE, NAIVE_QUEUE } from './naive-event.ts';

export type NaiveOptions = {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly pool: Pool;
  readonly clusterId: string;
  readonly seconds: number;
};

/** Its processes are warm after this time; what they have not counted then is counted with the rest. */
const WARM_UP_SECONDS = 2;

/** Its best of batches of 1, 100 and 1,000. */
const LOAD = { eventsPerBatch: 100, connections: 16 };

/**
 * Measures the obvious design end to end, on the same Redis and Postgres as everything else: what it counted from the
 * first request on, until everything was counted or as long again as the load took. It may never be done: jobs that
 * stall on a busy machine are given up, which is one of the reasons for another design. What is left then is thrown
 * away.
 *
 * @returns events per second.
 */
export async function measureNaive(options: NaiveOptions): Promise<number> {
  const { databaseUrl, redisUrl, pool, clusterId, seconds } = options;
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-naive-'));
  const started: Restartable[] = [];
  const start = async (name: string): Promise<string> => {
    const port = await choosePort();
    const url = `http://127.0.0.1:${port}`;
    const script = join(dirname(fileURLToPath(import.meta.url)), `${name}.js`);
    const env = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, PORT: String(port) };
    const process_ = { name, command: process.execPath, args: [script], env, directory, ready: url };
    started.push(await startProcess(process_));
    return url;
  };
  try {
    await pool.query(CREATE_NAIVE_TABLE);
    const url = await start('ingest');
    await start('worker');
    const load = (round: string, forSeconds: number): Promise<LoadResult> =>
      runLoad({ ...LOAD, url, clusterId, key: 'none', seconds: forSeconds, round });
    const warm = await load('naive-warm', WARM_UP_SECONDS);
    const before = await count(pool, warm.accepted, WARM_UP_SECONDS);
    if (before === 0)
      throw new Error('the obvious design counted nothing: what it is compared with would mean nothing');
    const startedAt = performance.now();
    const { accepted } = await load('naive', seconds);
    const all = warm.accepted + accepted;
    const after = await count(pool, all, seconds);
    if (after < all) console.log(`the obvious design had counted ${after} of ${all} events after twice the time`);
    return ((after - before) * 1_000) / (performance.now() - startedAt);
  } finally {
    for (const service of started.reverse()) await service.close();
    await forget(redisUrl);
    await pool.query('drop table if exists naive_usage_daily');
    await rm(directory, { recursive: true, force: true });
  }
}

/** Waits for so many events to be counted, at most so long. @returns how many are. */
async function count(pool: Pool, events: number, secondsMax: number): Promise<number> {
  const deadline = performance.now() + secondsMax * 1_000;
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(
      'select coalesce(sum(event_count), 0)::integer as n from naive_usage_daily',
    );
    const counted = rows[0]?.n ?? 0;
    if (counted >= events || performance.now() > deadline) return counted;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Takes all that is left of the queue out of Redis, which the next measurement shares. */
async function forget(redisUrl: string): Promise<void> {
  const queue = new Queue(NAIVE_QUEUE, { connection: { url: redisUrl } });
  await queue.obliterate({ force: true, count: 10_000 });
  await queue.close();
}
