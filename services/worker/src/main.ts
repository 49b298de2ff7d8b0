import { addDatabasePassword, createPool } from '@hopsmeter/db';
import {
  createFailpoint,
  createLogger,
  createRegistry,
  listen,
  loadConfigOrExit,
  runProcess,
} from '@hopsmeter/runtime';
import { workerConfigSchema } from './config.ts';
import { createWorkerApp } from './worker-app.ts';

/** Connections beside those of the batches: readiness checks, scheduled jobs, parked events and corrections. */
const OTHER_CONNECTIONS = 8;

/** Left of the shutdown deadline for the steps after the batches in hand. */
const CLOSE_MARGIN_MS = 1_000;

const config = loadConfigOrExit('worker', workerConfigSchema);
const logger = createLogger({ name: 'worker', level: config.LOG_LEVEL });

const stripeSettings =
  config.STRIPE_API_KEY === undefined
    ? undefined
    : {
        apiKey: config.STRIPE_API_KEY,
        apiUrl: new URL(config.STRIPE_API_URL),
        intervalMs: config.STRIPE_EXPORT_INTERVAL_MS,
        monthGraceHours: config.STRIPE_MONTH_GRACE_HOURS,
      };

const webhookSettings =
  config.WEBHOOK_SIGNING_KEY === undefined
    ? undefined
    : { signingKey: config.WEBHOOK_SIGNING_KEY, isPrivateAllowed: config.WEBHOOK_ALLOW_PRIVATE_ADDRESSES };

const followingSettings =
  config.DIRECTORY_SOURCE_URL === undefined
    ? undefined
    : {
        url: new URL(config.DIRECTORY_SOURCE_URL),
        everyMs: config.DIRECTORY_SOURCE_INTERVAL_MS,
        missingPercentMax: config.DIRECTORY_SOURCE_MISSING_PERCENT_MAX,
      };

await runProcess({
  name: 'worker',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    if (config.FAILPOINTS !== undefined)
      logger.warn({ failpoints: config.FAILPOINTS, hint: 'unset FAILPOINTS' }, 'this process fails on purpose');
    const pool = createPool({
      url: addDatabasePassword(config.DATABASE_URL, config.SUPABASE_DB_PASSWORD),
      connectionsMax: config.WORKER_CONCURRENCY + OTHER_CONNECTIONS,
      applicationName: 'hopsmeter-worker',
      onIdleError: (error) =>
        logger.warn(
          { err: error, hint: 'a new one will be opened; if this repeats, check Postgres' },
          'a database connection broke',
        ),
    });
    lifecycle.onClose('database', () => pool.end());
    const app = await createWorkerApp({
      pool,
      redisUrl: config.REDIS_URL,
      queuePrefix: config.QUEUE_PREFIX,
      concurrency: config.WORKER_CONCURRENCY,
      logger,
      registry: createRegistry({ withProcess: true }),
      jobs: { stripe: stripeSettings, webhooks: webhookSettings, following: followingSettings },
      // The supervisor starts a new process; jobs in hand go to whoever is alive when their locks expire.
      onStuck: () => process.exit(1),
      failpoint: createFailpoint(config.FAILPOINTS),
    });
    lifecycle.onClose('worker', () => app.close(config.SHUTDOWN_DEADLINE_MS - CLOSE_MARGIN_MS));
    await listen(app.http, {
      port: config.WORKER_PORT,
      host: config.WORKER_HOST,
      healthPort: config.HEALTH_PORT,
    });
  },
});
