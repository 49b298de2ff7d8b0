import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createPool, type Pool } from '@hopsmeter/db';
import { DEMO_PROJECTS, hourWindow, type PreparedDemo, prepareDemo } from '@hopsmeter/demo';
import { endLeftovers, lockDirectory, type Restartable, startGuard } from '@hopsmeter/stack';
import { MICROS_PER_HOUR, MICROS_PER_MS } from '@hopsmeter/usage';
import { type Environment, read } from '../connections.ts';
import type { Screen } from '../console/screen.ts';
import { migrateStep } from '../run-migrate.ts';
import { createApiClient } from './api-client.ts';
import { type Closers, createClosers } from './closers.ts';
import { developmentSignIn } from './development-sign-in.ts';
import { formatExamples } from './format-examples.ts';
import { addsUp, formatSummary } from './format-summary.ts';
import { keepSecret } from './keep-secret.ts';
import { deliverDemo } from './load-demo-step.ts';
import { localWebhooks } from './local-webhooks.ts';
import { monthsUpTo, readSummary } from './read-summary.ts';
import { type Services, startServices } from './start-services.ts';
import { type Stack, startStack } from './start-stack.ts';
import { supervise } from './supervise.ts';

/** For the demo's directory, its progress and the comparison; one at a time. */
const DATABASE_CONNECTIONS_MAX = 2;

export type StartContext = {
  readonly once: boolean;
  readonly demo: boolean;
  readonly directory: string;
  readonly cwd: string;
  readonly env: Environment;
  readonly screen: Screen;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
};

/**
 * `hopsmeter start`: brings everything up, shows that the numbers add up, runs until it is told to stop, and takes
 * everything down in reverse order, whatever happened.
 *
 * @returns the exit code. @throws the signal's reason, CliError, StackError, DemoError.
 */
export async function runStart(context: StartContext): Promise<number> {
  const { screen } = context;
  const closers = createClosers();
  const stopping = new AbortController();
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const keepUp = (started: Restartable, logPath: string): void => {
    supervise(started, { logPath, warn: screen.warn, signal: stopping.signal }).catch((error) => failed.abort(error));
  };
  try {
    const exitCode = await runUntilStopped({
      ...context,
      directory: resolve(context.directory),
      signal,
      closers,
      keepUp,
    });
    failed.signal.throwIfAborted();
    return exitCode;
  } catch (error) {
    // An aborted wait throws an error of its own; the reason is why it was aborted.
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    stopping.abort();
    await closers.closeAll((name, error) =>
      screen.warn(`${name} did not stop cleanly: ${error instanceof Error ? error.message : error}`),
    );
  }
}

type RunContext = StartContext & {
  readonly closers: Closers;
  readonly keepUp: (started: Restartable, logPath: string) => void;
};

async function runUntilStopped(context: RunContext): Promise<number> {
  const { directory, env, screen, signal, closers, keepUp } = context;
  const lock = await lockDirectory(directory);
  closers.add('lock', () => lock.release());
  await endLeftovers(directory, screen.line);
  // Before the first child, so that none outlives this process even by SIGKILL.
  const guard = await startGuard(directory);
  closers.add('guard', () => guard.close());

  const stack = await startStack({ ...context, onStarted: keepUp });
  signal.throwIfAborted();
  await migrateStep(stack.migrationUrl, stack.migrationVariable, screen);
  signal.throwIfAborted();
  const pool = openPool(stack, closers);
  const now = new Date();
  const prepared = context.demo
    ? await prepareDemo({ pool, directory, now: now.getTime() * MICROS_PER_MS })
    : undefined;

  const keyPath = join(directory, 'service-role-key');
  const givenKey = read(env, 'SUPABASE_SERVICE_ROLE_KEY');
  const serviceRoleKey = givenKey ?? (await keepSecret(keyPath));
  const services = await startServices({
    ...context,
    settings: {
      DATABASE_URL: stack.databaseUrl,
      REDIS_URL: stack.redisUrl,
      SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
      LOG_LEVEL: read(env, 'LOG_LEVEL') ?? 'warn',
      ...developmentSignIn(env),
      ...(await localWebhooks(env, directory)),
    },
    onStarted: ({ process, log }) => keepUp(process, log.path),
  });
  signal.throwIfAborted();

  const api = createApiClient(services.api.url, serviceRoleKey);
  const delivery =
    prepared &&
    (await deliverDemo(prepared, { pool, ingestUrl: services.ingest.url, api, queue: stack.queue, screen, signal }));
  const summary = await readSummary({ api, pool, prepared, delivery, now });
  for (const { title, lines } of formatSummary(summary)) printSection(screen, title, lines);
  printAddresses(context, services, {
    prepared,
    serviceRoleKeyPath: givenKey === undefined ? keyPath : undefined,
    now,
  });

  const isFine = addsUp(summary);
  if (!isFine) screen.warn('a number does not add up: please report what is marked NOT OK above');
  if (context.once) return isFine ? 0 : 1;
  screen.line();
  screen.line('Running. Ctrl-C stops everything.');
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}

function openPool({ databaseUrl }: Stack, closers: Closers): Pool {
  const pool = createPool({
    url: databaseUrl,
    connectionsMax: DATABASE_CONNECTIONS_MAX,
    applicationName: 'hopsmeter-cli',
    // The next query opens another connection, and tells when that fails too.
    onIdleError: () => undefined,
  });
  closers.add('database connections', () => pool.end());
  return pool;
}

type AddressContext = {
  readonly prepared: PreparedDemo | undefined;
  readonly serviceRoleKeyPath: string | undefined;
  readonly now: Date;
};

function printAddresses({ screen, cwd }: RunContext, services: Services, context: AddressContext): void {
  const { prepared, serviceRoleKeyPath, now } = context;
  const [ingestUrl, apiUrl] = [services.ingest.url, services.api.url];
  const project = DEMO_PROJECTS[0];
  const { post, read } = formatExamples({
    ingestUrl,
    apiUrl,
    serviceRoleKeyPath,
    cwd,
    month: monthsUpTo(now)[1],
    demo:
      prepared === undefined || project === undefined
        ? undefined
        : {
            keyPath: prepared.files.keyPath(project.cluster.name),
            clusterId: project.cluster.id,
            namespace: project.namespace,
            accountOwnerId: project.userId,
            window: hourWindow(prepared.demo.period.end - MICROS_PER_HOUR),
          },
  });
  printSection(screen, 'Addresses', [
    `page    ${apiUrl}/`,
    `ingest  ${ingestUrl}/api/v1/events`,
    `api     ${apiUrl}`,
    `docs    ${apiUrl}/docs`,
  ]);
  if (post.length > 0)
    printSection(screen, 'Post an event: 10 core-hours, 3.50 USD; sent again it changes nothing', post);
  printSection(screen, 'Read a total', read);
}

function printSection(screen: Screen, title: string, lines: readonly string[]): void {
  screen.line();
  screen.title(title);
  screen.line();
  for (const line of lines) screen.line(`  ${line}`);
}
