import type { Pool } from '@hopsmeter/db';
import { createHttpShell, type HttpApp, type HttpShell, type HttpShellOptions } from '@hopsmeter/runtime';
import type { Micros } from '@hopsmeter/usage';
import { createBilling } from './billing.ts';
import { createAuthenticate } from './callers/authenticate.ts';
import { addParameterProblems } from './contract/problems.ts';
import { addDocsPage } from './docs-page.ts';
import { addListAccounts } from './routes/list-accounts.ts';
import { addReadAccountTotals } from './routes/read-account-totals.ts';
import { addReadPipeline } from './routes/read-pipeline.ts';

export type ApiDeps = Pick<HttpShellOptions, 'logger' | 'registry'> & {
  readonly pool: Pool;
  /** At least 32 characters; the only way in. */
  readonly serviceRoleKey: string;
  readonly now: () => Micros;
};

/** A read has no body. */
const BODY_BYTES_MAX = 1_024;

/** Without a body a request is its headers; whoever needs longer to send them is not a client of ours. */
const REQUEST_TIMEOUT_MS = 10_000;

const OPENAPI = {
  title: 'hopsmeter API',
  version: '1.0.0',
  description:
    'Billing totals of Hopsworks usage. Money and quantities are text, days are UTC, errors are RFC 9457 problems.',
  bearer: 'The service role key',
};

/**
 * Creates the api: totals out of Postgres. It does not listen.
 *
 * @throws RangeError when the service role key is missing or too short: it fails closed.
 */
export async function createApiApp({ pool, logger, registry, serviceRoleKey, now }: ApiDeps): Promise<HttpShell> {
  const authenticate = createAuthenticate({ serviceRoleKey });
  const billing = createBilling(pool);
  const shell = await createHttpShell({
    logger,
    registry,
    checks: {
      postgres: async () => {
        await billing.check();
        return { ok: true };
      },
    },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    openapi: OPENAPI,
  });
  await addDocsPage(shell.app);
  // Every route below /v1 belongs into this scope: its hook runs before anything is read of a request.
  await shell.app.register(async (scope: HttpApp) => {
    scope.decorateRequest('caller');
    scope.addHook('onRequest', async (request) => {
      request.caller = await authenticate(request);
    });
    addParameterProblems(scope);
    addListAccounts(scope, { billing, now });
    addReadAccountTotals(scope, { billing });
    addReadPipeline(scope, { billing });
  });
  return shell;
}
