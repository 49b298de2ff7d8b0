import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addDatabasePassword, createPool, type Pool } from '@hopsmeter/db';
import { createLogger, createRegistry, listen, loadConfigOrExit, runProcess } from '@hopsmeter/runtime';
import { createApiApp } from './app.ts';
import { apiConfigSchema } from './config.ts';

/** Where turbo builds the page; the same as seen from this file's source and from what it is built into. */
const DASHBOARD_DIRECTORY = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

const config = loadConfigOrExit('api', apiConfigSchema);
const logger = createLogger({ name: 'api', level: config.LOG_LEVEL });

await runProcess({
  name: 'api',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    const pool = createPool({
      url: addDatabasePassword(config.DATABASE_URL, config.SUPABASE_DB_PASSWORD),
      connectionsMax: config.API_DATABASE_CONNECTIONS_MAX,
      applicationName: 'hopsmeter-api',
      onIdleError: (error) =>
        logger.warn(
          { err: error, hint: 'a new one will be opened; if this repeats, check Postgres' },
          'a database connection broke',
        ),
    });
    lifecycle.onClose('database', () => pool.end());

    const people = readPeople();
    const now = () => Date.now() * 1_000;
    const { app, startDraining } = await createApiApp({
      pool,
      logger,
      registry: createRegistry({ withProcess: true }),
      serviceRoleKey: config.SUPABASE_SERVICE_ROLE_KEY,
      people,
      webhooks: readWebhooks(),
      requestsPerMinute: config.API_REQUESTS_PER_MINUTE,
      corsOrigins: config.API_CORS_ORIGINS,
      statementIssuer: config.STATEMENT_ISSUER,
      applicationUrl: config.DIRECTORY_SOURCE_URL,
      dashboard: {
        directory: config.API_DASHBOARD_DIRECTORY ?? DASHBOARD_DIRECTORY,
        clientId: config.AUTH0_CLIENT_ID,
      },
      developmentSignIn: config.API_DEVELOPMENT_SIGN_IN ? await loadDevelopmentSignIn(pool, now) : undefined,
      now,
    });
    lifecycle.onClose('http', () => app.close());
    lifecycle.onClose('readiness', async () => {
      startDraining();
      await delay(config.DRAIN_DELAY_MS);
    });

    const address = await listen(app, {
      port: config.API_PORT,
      host: config.API_HOST,
      healthPort: config.HEALTH_PORT,
    });
    logger.info({ address, isOpenToPeople: people !== undefined }, 'api is listening');
  },
});

/** The schema takes both or none. */
function readPeople() {
  const { AUTH0_ISSUER: issuer, AUTH0_AUDIENCE: audience } = config;
  return issuer === undefined || audience === undefined ? undefined : { issuer, audience };
}

/** Loaded only when it is asked for: an image for production does not even contain it. */
async function loadDevelopmentSignIn(pool: Pool, now: () => number) {
  const { createDevelopmentSignIn } = await import('./development-sign-in/create-development-sign-in.ts');
  const hint = 'never where others can reach it: unset API_DEVELOPMENT_SIGN_IN and set AUTH0_ISSUER and AUTH0_AUDIENCE';
  logger.warn({ hint }, 'the development sign-in is on: anyone who can reach the api can sign in as any user');
  return createDevelopmentSignIn(pool, now);
}

function readWebhooks() {
  const { WEBHOOK_SIGNING_KEY: signingKey, WEBHOOK_ALLOW_PRIVATE_ADDRESSES: isPrivateAllowed } = config;
  return signingKey === undefined ? undefined : { signingKey, isPrivateAllowed };
}
