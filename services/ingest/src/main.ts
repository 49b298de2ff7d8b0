import { setTimeout as delay } from 'node:timers/promises';
import { addDatabasePassword, createPool, loadClusterKeys, noteKeysUsed } from '@hopsmeter/db';
import { createBatchProducer } from '@hopsmeter/queue';
import {
  createFailpoint,
  createLogger,
  createRegistry,
  listen,
  loadConfigOrExit,
  runProcess,
} from '@hopsmeter/runtime';
import { createIngestApp } from './app.ts';
import { ingestConfigSchema } from './config.ts';

/** One connection reads the keys every few seconds; a second one is room for a slow answer. */
const DATABASE_CONNECTIONS_MAX = 2;

const config = loadConfigOrExit('ingest', ingestConfigSchema);
const logger = createLogger({ name: 'ingest', level: config.LOG_LEVEL });

await runProcess({
  name: 'ingest',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    if (config.FAILPOINTS !== undefined)
      logger.warn({ failpoints: config.FAILPOINTS, hint: 'unset FAILPOINTS' }, 'this process fails on purpose');
    const pool = createPool({
      url: addDatabasePassword(config.DATABASE_URL, config.SUPABASE_DB_PASSWORD),
      connectionsMax: DATABASE_CONNECTIONS_MAX,
      applicationName: 'hopsmeter-ingest',
      onIdleError: (error) =>
        logger.warn(
          { err: error, hint: 'a new one will be opened; if this repeats, check Postgres' },
          'a database connection broke',
        ),
    });
    lifecycle.onClose('database', () => pool.end());

    const queue = createBatchProducer({
      redisUrl: config.REDIS_URL,
      prefix: config.QUEUE_PREFIX,
      allowUnknownDurability: config.REDIS_SETTINGS_UNKNOWN_ALLOWED,
      logger,
    });
    lifecycle.onClose('queue', queue.close);

    const { app, startDraining } = await createIngestApp({
      logger,
      registry: createRegistry({ withProcess: true }),
      keySource: { load: () => loadClusterKeys(pool) },
      keyLimits: {
        eventsPerSecond: config.INGEST_KEY_EVENTS_PER_SECOND,
        requestsPerSecond: config.INGEST_KEY_REQUESTS_PER_SECOND,
      },
      noteKeysUsed: (uses) => noteKeysUsed(pool, uses),
      queue,
      now: () => Date.now() * 1_000,
      backlogAgeMaxMs: config.QUEUE_BACKLOG_AGE_MAX_MS,
      failpoint: createFailpoint(config.FAILPOINTS),
    });
    lifecycle.onClose('http', () => app.close());
    lifecycle.onClose('readiness', async () => {
      startDraining();
      await delay(config.DRAIN_DELAY_MS);
    });

    const address = await listen(app, {
      port: config.INGEST_PORT,
      host: config.INGEST_HOST,
      healthPort: config.HEALTH_PORT,
    });
    logger.info({ address }, 'ingest is listening');
    // Listening first: while Redis is away the process is alive and says that it is not ready. A Redis that could
    // lose events ends the start.
    await queue.ready(lifecycle.signal);
  },
});
