import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pool } from '@hopsmeter/db';
import { type Restartable, startProcess } from '@hopsmeter/stack';
import { freePort } from '../../harness/free-port.ts';
import { type LoadResult, runLoad } from '../load.ts';
import { CREATE_NAIVE_TABLE } from './naive-event.ts';

export type NaiveOptions = {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly pool: Pool;
  readonly clusterId: string;
  readonly seconds: number;
};

/** Its best of batches of 1, 100 and 1,000. */
const LOAD = { eventsPerBatch: 100, connections: 16 };

/**
 * Measures the obvious design end to end, on the same Redis and Postgres as everything else.
 *
 * @returns events per second, from the first request to the last event counted.
 */
export async function measureNaive(options: NaiveOptions): Promise<number> {
  const { databaseUrl, redisUrl, pool, clusterId, seconds } = options;
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-naive-'));
  const started: Restartable[] = [];
  const start = async (name: string): Promise<string> => {
    const port = await freePort();
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
    const warm = await load('naive-warm', 2);
    await counted(pool, warm.accepted);
    const startedAt = performance.now();
    const { accepted } = await load('naive', seconds);
    await counted(pool, warm.accepted + accepted);
    return (accepted * 1_000) / (performance.now() - startedAt);
  } finally {
    for (const service of started.reverse()) await service.close();
    await pool.query('drop table if exists naive_usage_daily');
    await rm(directory, { recursive: true, force: true });
  }
}

async function counted(pool: Pool, events: number): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(
      'select coalesce(sum(event_count), 0)::integer as n from naive_usage_daily',
    );
    if ((rows[0]?.n ?? 0) >= events) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
