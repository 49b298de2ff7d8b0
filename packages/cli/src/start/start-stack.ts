import { resolve } from 'node:path';
import { createQueueInspector, type QueueInspector } from '@hopsmeter/queue';
import { type Restartable, startPostgres, startRedis } from '@hopsmeter/stack';
import { unreachable } from '../cli-error.ts';
import { databaseUrlOf, type Environment, migrationUrlOf, read } from '../connections.ts';
import type { Screen } from '../console/screen.ts';
import type { Closers } from './closers.ts';

export type StackContext = {
  readonly env: Environment;
  /** `.hopsmeter` */
  readonly directory: string;
  readonly screen: Screen;
  readonly closers: Closers;
  /** Told about each process that was started and must stay up. */
  readonly onStarted: (started: Restartable, logPath: string) => void;
};

/** Where Postgres and Redis are. */
export type Stack = {
  readonly databaseUrl: string;
  /** Of the server itself, and the variable that it comes from. */
  readonly migrationUrl: string;
  readonly migrationVariable: string;
  readonly redisUrl: string;
  readonly queue: QueueInspector;
};

/** Starts Postgres and Redis, or takes those that the environment names. @throws CliError, StackError */
export async function startStack(context: StackContext): Promise<Stack> {
  const { env } = context;
  const databaseUrl = databaseUrlOf(env) ?? (await startOwnPostgres(context));
  const redisUrl = read(env, 'REDIS_URL') ?? (await startOwnRedis(context));
  const queue = createQueueInspector({ redisUrl, logger: SILENT });
  context.closers.add('queue inspector', queue.close);
  if (read(env, 'REDIS_URL') !== undefined) await checkRedis(queue, redisUrl, context.screen);
  return {
    databaseUrl,
    migrationUrl: migrationUrlOf(env) ?? databaseUrl,
    migrationVariable: read(env, 'DATABASE_DIRECT_URL') === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL',
    redisUrl,
    queue,
  };
}

/** What the inspector would log is said by the errors that it throws. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

async function startOwnPostgres({ directory, screen, closers, onStarted }: StackContext): Promise<string> {
  return screen.step('starting Postgres', async (show) => {
    const postgres = await startPostgres({ directory, report: show });
    closers.add('Postgres', () => postgres.close());
    onStarted(postgres, resolve(directory, 'postgres.log'));
    return { value: postgres.url, text: `Postgres is ready on port ${postgres.port}` };
  });
}

async function startOwnRedis({ directory, screen, closers, onStarted }: StackContext): Promise<string> {
  return screen.step('starting Redis', async (show) => {
    const redis = await startRedis({ directory, report: show });
    closers.add('Redis', () => redis.close());
    onStarted(redis, resolve(directory, 'redis.log'));
    return { value: redis.url, text: `Redis is ready on port ${redis.port}` };
  });
}

async function checkRedis(queue: QueueInspector, url: string, screen: Screen): Promise<void> {
  await screen.step('asking Redis', async () => {
    try {
      await queue.inspect();
    } catch (error) {
      throw unreachable('Redis', 'REDIS_URL', url, error);
    }
    return { value: undefined, text: `Redis at ${new URL(url).host} answers` };
  });
}
