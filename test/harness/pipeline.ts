import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool, migrate, type Pool } from '@hopsmeter/db';
import {
  choosePort,
  type PgBouncer,
  type Postgres,
  type PostgresSize,
  type Redis,
  type Restartable,
  startPgBouncer,
  startPostgres,
  startProcess,
  startRedis,
} from '@hopsmeter/stack';
import { layOutPostgres } from './prepared-postgres.ts';
import { type BatchTotals, readBatchTotals } from './rollup.ts';
import { waitFor } from './wait-for.ts';

/** The whole pipeline as separate processes on servers of its own, so that a test may kill any of them. */
export type Pipeline = {
  /** Removed on close. */
  readonly directory: string;
  readonly postgres: Postgres;
  readonly redis: Redis;
  /** Between the services and Postgres, where it was asked for. */
  readonly pooler: PgBouncer | undefined;
  /** Of the superuser, straight to Postgres. */
  readonly pool: Pool;
  /** What the services log in to Postgres with. */
  readonly servicesUrl: string;
  readonly ingests: readonly Service[];
  readonly workers: readonly Service[];
  readonly apis: readonly Service[];
  /** Waits until as many events are recorded as were acknowledged. */
  drain(acknowledged: number): Promise<BatchTotals>;
  close(): Promise<void>;
};

export type Service = Restartable & { readonly url: string };

/** Built services with the tables that they need. */
export type Clone = {
  /** Folder with its services' dist. */
  readonly root: string;
  /** Makes its tables in an empty database. */
  readonly migrate: (url: string) => Promise<void>;
};

type ServiceName = 'ingest' | 'worker' | 'api';

export type PipelineOptions = {
  /** Whose services are started. Default: those of this clone. */
  readonly clone?: Clone;
  readonly ingests?: number;
  readonly workers?: number;
  readonly apis?: number;
  /** Puts a PgBouncer between the services and Postgres. */
  readonly isPooled?: boolean;
  /** Gets the database before anything of ours is in it. */
  readonly beforeMigration?: (pool: Pool) => Promise<void>;
  /** Whether commits survive a crash of the machine and not of Postgres alone; default false. */
  readonly isDurable?: boolean;
  /** Default: that of a developer's machine. */
  readonly postgresSize?: PostgresSize;
  /** Settings of the apis beside the usual ones. */
  readonly apiSettings?: Readonly<Record<string, string>>;
  /** Settings of every service beside the usual ones; may depend on what the services log in to Postgres with. */
  readonly settings?: Readonly<Record<string, string>> | ((databaseUrl: string) => Readonly<Record<string, string>>);
  /** Settings of the ingests beside those. */
  readonly ingestSettings?: Readonly<Record<string, string>>;
  /** Receives what the apis write, line by line. */
  readonly onApiLine?: (line: string) => void;
  /** Receives what every service writes, line by line. */
  readonly onLine?: (line: string) => void;
};

/** With it a test may ask the api for everything. */
export const SERVICE_ROLE_KEY = 'service-role-key-of-the-tests-0123456789';

/** The clone. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/**
 * Starts Postgres, Redis and the services in a directory that is removed on close. The services log in with the rights
 * that they are given in production, so every test of the pipeline proves that these are enough.
 */
export async function startPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const {
    clone = { root: ROOT, migrate },
    ingests = 1,
    workers = 1,
    apis = 0,
    isPooled = false,
    isDurable = false,
    beforeMigration,
    apiSettings = {},
    ingestSettings = {},
    onApiLine,
  } = options;
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-test-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    // The tables of another clone, or those that come into an application's database, are made anew.
    const isPrepared = options.clone === undefined && beforeMigration === undefined;
    if (isPrepared) await layOutPostgres(ROOT, directory);
    const postgres = await startPostgres({
      directory,
      isDurable,
      port: await choosePort(),
      ...(options.postgresSize === undefined ? {} : { size: options.postgresSize }),
    });
    closers.push(() => postgres.close());
    const redis = await startRedis({ directory, port: await choosePort() });
    closers.push(() => redis.close());
    const pool = createPool({ url: postgres.url, connectionsMax: 4, onIdleError: () => undefined });
    closers.push(() => pool.end());
    await beforeMigration?.(pool);
    if (!isPrepared) await clone.migrate(postgres.url);
    // Nothing of ours may depend on it: an unqualified name is an error in every service.
    if (options.clone === undefined)
      await pool.query(`alter database ${new URL(postgres.url).pathname.slice(1)} set search_path = ''`);
    const servicesUrl = await createLogin(pool, postgres.url);
    const pooler = isPooled
      ? await startPgBouncer({ directory, postgresUrl: servicesUrl, port: await choosePort() })
      : undefined;
    closers.push(async () => pooler?.close());
    const databaseUrl = pooler?.url ?? servicesUrl;
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      SUPABASE_SERVICE_ROLE_KEY: SERVICE_ROLE_KEY,
      LOG_LEVEL: 'warn',
      // The load comes with one key; what it is limited to is not what is measured.
      INGEST_KEY_EVENTS_PER_SECOND: '10000000',
      ...(typeof options.settings === 'function' ? options.settings(databaseUrl) : options.settings),
    };
    const settingsOf = { ingest: ingestSettings, worker: {}, api: apiSettings };
    const services: Service[] = [];
    closers.push(() => Promise.all(services.map((service) => service.close())));
    const start = async (service: ServiceName, index: number): Promise<Service> => {
      const port = await choosePort();
      const url = `http://127.0.0.1:${port}`;
      const started = await startProcess({
        name: `${service}-${index}`,
        command: process.execPath,
        args: [join(clone.root, 'services', service, 'dist', 'main.js')],
        env: { ...env, ...settingsOf[service], [`${service.toUpperCase()}_PORT`]: String(port) },
        directory,
        ready: `${url}/readyz`,
        onLine: (line) => {
          options.onLine?.(line);
          if (service === 'api') onApiLine?.(line);
        },
      });
      const placed = Object.assign(started, { url });
      services.push(placed);
      return placed;
    };
    const startAll = (service: ServiceName, count: number) =>
      allOrNone(Array.from({ length: count }, (_, index) => start(service, index)));
    const [startedIngests, startedWorkers, startedApis] = await allOrNone([
      startAll('ingest', ingests),
      startAll('worker', workers),
      startAll('api', apis),
    ]);
    return {
      directory,
      postgres,
      redis,
      pooler,
      pool,
      servicesUrl,
      ingests: startedIngests,
      workers: startedWorkers,
      apis: startedApis,
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

/** Creates a login for the services, as docs/operations.md tells operators to. @returns the URL with it. */
export async function createLogin(pool: Pool, postgresUrl: string): Promise<string> {
  const url = new URL(postgresUrl);
  url.username = 'hopsmeter_services';
  url.password = randomBytes(16).toString('hex');
  await pool.query(`create role ${url.username} login password '${url.password}' in role hopsmeter_app`);
  return url.href;
}

/** Waits for all of them, also when one fails: what is being started then could not be closed. */
async function allOrNone<T extends readonly unknown[]>(started: readonly [...{ [K in keyof T]: Promise<T[K]> }]) {
  await Promise.allSettled(started);
  return Promise.all(started);
}

/** This file runs from its source in tests and from the benchmark's build, at another depth. */
function findRoot(folder: string): string {
  return existsSync(join(folder, 'turbo.json')) ? folder : findRoot(dirname(folder));
}
