import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, migrate, type Pool } from '@hopsmeter/db';
import { choosePort, type Postgres, type Redis, startPostgres, startRedis } from '@hopsmeter/stack';
import { Redis as RedisClient } from 'ioredis';
import pg from 'pg';
import { createLogin, ROOT } from '../harness/pipeline.ts';
import { startProxy, type TestProxy } from '../harness/proxy.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createOlderIngest, type OlderIngest } from './older-ingest.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { type SupervisedService, startSupervised } from './supervised-service.ts';
import type { Tally } from './tally.ts';

/** Everything that a run breaks: each service, each server, and each connection between two of them. */
export type ChaosStack = {
  readonly postgres: Postgres;
  readonly redis: Redis;
  /** Where Redis keeps its append-only file. */
  readonly redisDirectory: string;
  /** Of the superuser, past all proxies. */
  readonly pool: Pool;
  /** The same, for questions about everything that was recorded. */
  readonly checkPool: Pool;
  /** For commands of an operator, past all proxies. */
  readonly redisClient: RedisClient;
  readonly older: OlderIngest;
  readonly services: ReadonlyMap<string, SupervisedService>;
  /** By `<from>-<to>`, such as `worker-0-redis`. */
  readonly links: ReadonlyMap<string, TestProxy>;
  /** What clients post to. */
  readonly clientUrls: readonly string[];
  /** By server; or why there is none. */
  readonly disks: ReadonlyMap<string, SmallDisk | { readonly why: string }>;
  close(): Promise<void>;
};

export type ChaosStackOptions = {
  readonly ingests: number;
  readonly workers: number;
  /** Default: the services as they are built. */
  readonly mains?: Readonly<Partial<Record<'ingest' | 'worker', string>>> | undefined;
  readonly tally: Tally;
};

/** Room for a long run; what is not used takes no memory. */
const REDIS_DISK_MB = 1_024;
const POSTGRES_DISK_MB = 6_144;

const READY_WITHIN_MS = 60_000;

/** Shorter than in production: while a server is away an orderly stop takes all of it, and many are planned. */
const SHUTDOWN_DEADLINE_MS = 10_000;

/** A comparison of some million events on a machine that does other things too. */
const CHECK_WITHIN_MS = 900_000;

/** Lines of a service at these levels are kept for the report. */
const ERROR_LEVEL = /"level":"?(50|60|error|fatal)/;

/** Starts everything in a directory that is removed on close. */
export async function startChaosStack(options: ChaosStackOptions): Promise<ChaosStack> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-chaos-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop())
      await closer().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'the run could not put everything away');
  };
  try {
    return await open(options, directory, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { ingests, workers, mains = {}, tally }: ChaosStackOptions,
  directory: string,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<ChaosStack> {
  const links = new Map<string, TestProxy>();
  const services = new Map<string, SupervisedService>();
  const disks = new Map<string, SmallDisk | { readonly why: string }>();

  const mount = async (server: string, path: string, megabytes: number): Promise<boolean> => {
    const disk = await mountSmallDisk(path, megabytes);
    disks.set(server, disk);
    if ('why' in disk) return false;
    closers.push(disk.unmount);
    return true;
  };
  const link = async (name: string, port: number): Promise<TestProxy> => {
    const proxy = await startProxy(port);
    closers.push(proxy.close);
    links.set(name, proxy);
    return proxy;
  };

  const disk = join(directory, 'small-disk');
  const isMounted = await mount('postgres', disk, POSTGRES_DISK_MB);
  const postgres = await startPostgres({ directory, port: await choosePort() });
  closers.push(() => postgres.close());
  if (isMounted) await moveDatabaseTo(disk, directory, postgres.url);
  const redisDirectory = join(directory, 'redis');
  await mount('redis', redisDirectory, REDIS_DISK_MB);
  const redis = await startRedis({ directory, port: await choosePort() });
  closers.push(() => redis.close());
  await migrate(postgres.url);
  const pool = createPool({ url: postgres.url, connectionsMax: 4, onIdleError: () => undefined });
  closers.push(() => pool.end());
  const checkPool = new pg.Pool({ connectionString: postgres.url, max: 1, query_timeout: CHECK_WITHIN_MS });
  checkPool.on('error', () => undefined);
  closers.push(() => checkPool.end());
  const redisClient = new RedisClient(redis.url, { commandTimeout: 5_000, retryStrategy: () => 200 });
  redisClient.on('error', () => undefined);
  closers.push(async () => redisClient.disconnect());
  const older = createOlderIngest(redis.url);
  closers.push(older.close);
  const servicesUrl = await createLogin(pool, postgres.url);

  const clientUrls: string[] = [];
  const start = async (kind: 'ingest' | 'worker', index: number): Promise<void> => {
    const name = `${kind}-${index}`;
    const port = await choosePort();
    const url = `http://127.0.0.1:${port}`;
    const toRedis = await link(`${name}-redis`, redis.port);
    const toPostgres = await link(`${name}-postgres`, postgres.port);
    if (kind === 'ingest') clientUrls.push(`http://127.0.0.1:${(await link(`clients-${name}`, port)).port}`);
    const service = await startSupervised({
      name,
      url,
      main: mains[kind] ?? join(ROOT, 'services', kind, 'dist', 'main.js'),
      directory,
      env: {
        DATABASE_URL: toPostgres.through(servicesUrl),
        REDIS_URL: toRedis.through(redis.url),
        [`${kind.toUpperCase()}_PORT`]: String(port),
        LOG_LEVEL: 'warn',
        SHUTDOWN_DEADLINE_MS: String(SHUTDOWN_DEADLINE_MS),
      },
      onEnd: (reason, { code, signal }) => tally.noteEnd(name, reason, `code ${code}, signal ${signal}`),
      onLine: (line) => {
        if (ERROR_LEVEL.test(line) || !line.startsWith('{')) tally.noteLogged(name, line);
      },
    });
    closers.push(service.close);
    services.set(name, service);
  };
  for (let i = 0; i < ingests; i++) await start('ingest', i);
  for (let i = 0; i < workers; i++) await start('worker', i);
  for (const { name, url } of services.values())
    await waitFor(`${name} to be ready`, () => isReady(url), READY_WITHIN_MS);
  return {
    postgres,
    redis,
    redisDirectory,
    pool,
    checkPool,
    redisClient,
    older,
    services,
    links,
    clientUrls,
    disks,
    close,
  };
}

/** Everything of the database goes to the small disk, the log of its changes stays where it is. */
async function moveDatabaseTo(disk: string, directory: string, url: string): Promise<void> {
  const { uid, gid } = await stat(join(directory, 'postgres'));
  await chown(disk, uid, gid);
  const elsewhere = new URL(url);
  elsewhere.pathname = '/postgres';
  const client = new pg.Client({ connectionString: elsewhere.href });
  await client.connect();
  try {
    await client.query(`create tablespace small_disk location '${disk}'`);
    await client.query(`alter database ${new URL(url).pathname.slice(1)} set tablespace small_disk`);
  } finally {
    await client.end();
  }
}

/** Whether a service says that it can work; `undefined` when not. */
export async function isReady(url: string): Promise<true | undefined> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status === 200 ? true : undefined;
  } catch {
    return undefined;
  }
}
