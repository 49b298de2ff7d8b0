import { resolve } from 'node:path';
import { createQueueInspector, type QueueInspector } from '@hopsmeter/queue';
import { type Restartable, startPostgres, startRedis } from '@hopsmeter/stack';
import { unreachable } from '../cli-error.ts';
import { databaseUrlOf, type Environment, migrationUrlOf, read, redisUrlOf } from '../connections.ts';
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
  const givenRedisUrl = redisUrlOf(env);
  const redisUrl = givenRedisUrl ?? (await startOwnRedis(context));
  const errors: unknown[] = [];
  const queue = createQueueInspector({ redisUrl, logger: keepErrors(errors) });
  context.closers.add('queue inspector', queue.close);
  if (givenRedisUrl !== undefined) await checkRedis(queue, givenRedisUrl, { errors, screen: context.screen });
  return {
    databaseUrl,
    migrationUrl: migrationUrlOf(env) ?? databaseUrl,
    migrationVariable: read(env, 'DATABASE_DIRECT_URL') === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL',
    redisUrl,
    queue,
  };
}

/** The inspector logs why its connection failed; what it throws afterwards only says that it did. */
function keepErrors(errors: unknown[]) {
  const keep = (fields: object): void => {
    // The newest one is enough, and a Redis that is away for hours must not fill our memory.
    if ('err' in fields) errors[0] = fields.err;
  };
  return { info: () => undefined, warn: keep, error: keep };
}

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

async function checkRedis(
  queue: QueueInspector,
  url: string,
  { errors, screen }: { readonly errors: readonly unknown[]; readonly screen: Screen },
): Promise<void> {
  await screen.step('asking Redis', async () => {
    try {
      await queue.inspect();
    } catch (error) {
      throw unreachable('Redis', 'REDIS_URL', url, errors[0] ?? error);
    }
    return { value: undefined, text: `Redis at ${new URL(url).host} answers` };
  });
}
