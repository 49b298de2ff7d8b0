import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool, migrate, type Pool } from '@hopsmeter/db';
import { type Postgres, type Redis, type Restartable, startPostgres, startProcess, startRedis } from '@hopsmeter/stack';
import { type BatchTotals, readBatchTotals } from './rollup.ts';
import { waitFor } from './wait-for.ts';

/** The whole pipeline as separate processes on servers of its own, so that a test may kill any of them. */
export type Pipeline = {
  readonly postgres: Postgres;
  readonly redis: Redis;
  readonly pool: Pool;
  readonly ingests: readonly (Restartable & { readonly url: string })[];
  readonly workers: readonly (Restartable & { readonly url: string })[];
  /** Waits until as many events are recorded as were acknowledged. */
  drain(acknowledged: number): Promise<BatchTotals>;
  close(): Promise<void>;
};

export type PipelineOptions = { readonly ingests?: number; readonly workers?: number };

const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Starts Postgres, Redis, ingest and workers in a directory that is removed on close. */
export async function startPipeline({ ingests = 1, workers = 1 }: PipelineOptions = {}): Promise<Pipeline> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-test-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const postgres = await startPostgres({ directory, port: await freePort() });
    closers.push(() => postgres.close());
    const redis = await startRedis({ directory, port: await freePort() });
    closers.push(() => redis.close());
    await migrate(postgres.url);
    const pool = createPool({ url: postgres.url, connectionsMax: 4, onIdleError: () => undefined });
    closers.push(() => pool.end());
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
    const start = async (service: 'ingest' | 'worker', index: number) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const started = await startProcess({
        name: `${service}-${index}`,
        command: process.execPath,
        args: [join(ROOT, 'services', service, 'dist', 'main.js')],
        env: { ...env, [`${service.toUpperCase()}_PORT`]: String(port) },
        directory,
        ready: `${url}/readyz`,
      });
      closers.push(() => started.close());
      return Object.assign(started, { url });
    };
    const startedIngests = [];
    for (let i = 0; i < ingests; i++) startedIngests.push(await start('ingest', i));
    const startedWorkers = [];
    for (let i = 0; i < workers; i++) startedWorkers.push(await start('worker', i));
    return {
      postgres,
      redis,
      pool,
      ingests: startedIngests,
      workers: startedWorkers,
      drain: (acknowledged) =>
        waitFor('every acknowledged event to be recorded', async () => {
          const totals = await readBatchTotals(pool);
          return totals.events >= acknowledged ? totals : undefined;
        }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** This file runs from its source in tests and from the benchmark's build, at another depth. */
function findRoot(folder: string): string {
  return existsSync(join(folder, 'turbo.json')) ? folder : findRoot(dirname(folder));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
