import { randomUUID } from 'node:crypto';
import { createPool, readCountedInstants, recordBatch, tryRecordBatch } from '@hopsmeter/db';
import { createFailpoint, createLogger, createRegistry, loadConfig, runProcess } from '@hopsmeter/runtime';
import { workerConfigSchema } from '@hopsmeter/worker/config';
import { createWorkerApp } from '@hopsmeter/worker/worker-app';

/**
 * A worker that must fail every check: each attempt to record a batch is a new batch of new events to its store, so
 * nothing is found to be there already. Everything else is the worker as it is.
 */
/** Parts of one event keep one key in an attempt. */
const SALT_LENGTH = 8;

const config = loadConfig(workerConfigSchema, process.env);
const logger = createLogger({ name: 'worker-without-dedup', level: config.LOG_LEVEL });

await runProcess({
  name: 'worker-without-dedup',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    const pool = createPool({ url: config.DATABASE_URL, connectionsMax: 4, onIdleError: () => undefined });
    lifecycle.onClose('database', () => pool.end());
    const app = await createWorkerApp({
      pool,
      store: {
        record(record) {
          const salt = randomUUID().slice(-SALT_LENGTH);
          const ledger = record.ledger.map((row) => ({ ...row, eventKey: row.eventKey.slice(0, -SALT_LENGTH) + salt }));
          const batches = record.batches.map((batch) => ({ ...batch, id: randomUUID() }));
          return recordBatch(pool, { ...record, batches, ledger });
        },
        tryRecord: (record) => tryRecordBatch(pool, record),
        readInstants: (eventKeys) => readCountedInstants(pool, eventKeys),
      },
      redisUrl: config.REDIS_URL,
      queuePrefix: config.QUEUE_PREFIX,
      concurrency: config.WORKER_CONCURRENCY,
      logger,
      registry: createRegistry({ withProcess: false }),
      onStuck: () => process.exit(1),
      failpoint: createFailpoint(config.FAILPOINTS),
    });
    lifecycle.onClose('worker', () => app.close(config.SHUTDOWN_DEADLINE_MS));
    await app.http.listen({ port: config.WORKER_PORT, host: config.WORKER_HOST });
  },
});
