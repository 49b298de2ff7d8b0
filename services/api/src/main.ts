import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@hopsmeter/db';
import { ConfigError, createLogger, createRegistry, loadConfig, runProcess } from '@hopsmeter/runtime';
import { createApiApp } from './app.ts';
import { apiConfigSchema } from './config.ts';

const config = readConfig();
const logger = createLogger({ name: 'api', level: config.LOG_LEVEL });

await runProcess({
  name: 'api',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    const pool = createPool({
      url: config.DATABASE_URL,
      connectionsMax: config.API_DATABASE_CONNECTIONS_MAX,
      applicationName: 'hopsmeter-api',
      onIdleError: (error) => logger.warn({ err: error }, 'a database connection broke'),
    });
    lifecycle.onClose('database', () => pool.end());

    const { app, startDraining } = await createApiApp({
      pool,
      logger,
      registry: createRegistry({ withProcess: true }),
      serviceRoleKey: config.SUPABASE_SERVICE_ROLE_KEY,
      now: () => Date.now() * 1_000,
    });
    lifecycle.onClose('http', () => app.close());
    lifecycle.onClose('readiness', async () => {
      startDraining();
      await delay(config.DRAIN_DELAY_MS);
    });

    const address = await app.listen({ port: config.API_PORT, host: config.API_HOST });
    logger.info({ address }, 'api is listening');
  },
});

function readConfig(): ReturnType<typeof loadConfig<typeof apiConfigSchema>> {
  try {
    return loadConfig(apiConfigSchema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`api: ${error.message}\n`);
    process.exit(78); // EX_CONFIG of sysexits.h: a restart will not help.
  }
}
