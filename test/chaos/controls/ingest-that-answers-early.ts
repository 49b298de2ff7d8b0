import { createPool, loadClusterKeys } from '@hopsmeter/db';
import { createIngestApp, ingestConfigSchema } from '@hopsmeter/ingest';
import { createBatchProducer } from '@hopsmeter/queue';
import { createFailpoint, createLogger, createRegistry, loadConfig, runProcess } from '@hopsmeter/runtime';

/**
 * An ingest that must fail the checks: it says 202 when it has asked Redis to keep a batch, not when Redis has it.
 * Everything else is ingest as it is.
 */
const config = loadConfig(ingestConfigSchema, process.env);
const logger = createLogger({ name: 'ingest-that-answers-early', level: config.LOG_LEVEL });

await runProcess({
  name: 'ingest-that-answers-early',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    const pool = createPool({ url: config.DATABASE_URL, connectionsMax: 2, onIdleError: () => undefined });
    lifecycle.onClose('database', () => pool.end());
    const queue = createBatchProducer({ redisUrl: config.REDIS_URL, prefix: config.QUEUE_PREFIX, logger });
    lifecycle.onClose('queue', queue.close);
    const { app } = await createIngestApp({
      logger,
      registry: createRegistry({ withProcess: false }),
      keySource: { load: () => loadClusterKeys(pool) },
      queue: {
        async add(batch) {
          queue
            .add(batch)
            .catch((error: unknown) => logger.warn({ err: error }, 'a batch that was acknowledged is lost'));
        },
        status: queue.status,
      },
      now: () => Date.now() * 1_000,
      failpoint: createFailpoint(config.FAILPOINTS),
    });
    lifecycle.onClose('http', () => app.close());
    await app.listen({ port: config.INGEST_PORT, host: config.INGEST_HOST });
    await queue.ready(lifecycle.signal);
  },
});
