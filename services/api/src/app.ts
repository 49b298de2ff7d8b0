import type { Pool } from '@hopsmeter/db';
import { createHttpShell, type HttpApp, type HttpShell, type HttpShellOptions } from '@hopsmeter/runtime';
import { type Micros, RequestError } from '@hopsmeter/usage';
import { createBilling } from './billing.ts';
import { type AccessTokensOptions, createAccessTokens } from './callers/access-tokens.ts';
import { createAuthenticate } from './callers/authenticate.ts';
import { guardRoutes } from './callers/guard-routes.ts';
import { limitRequests, REQUESTS_PER_MINUTE } from './callers/limit-requests.ts';
import { describeDatabaseAway } from './contract/database-away.ts';
import { addNegotiation } from './contract/negotiate.ts';
import { addParameterProblems } from './contract/problems.ts';
import { addRevalidation } from './contract/revalidation.ts';
import { createStreams } from './contract/streams.ts';
import { addDashboard } from './dashboard/add-dashboard.ts';
import { addSignIn, type SignIn } from './dashboard/add-sign-in.ts';
import type { DevelopmentSignIn } from './development-sign-in/create-development-sign-in.ts';
import { addDocsPage } from './docs-page.ts';
import { addListAccounts } from './routes/accounts/list-accounts.ts';
import { addReadAccount } from './routes/accounts/read-account.ts';
import { addReadAccountBreakdown } from './routes/accounts/read-account-breakdown.ts';
import { addReadAccountTotals } from './routes/accounts/read-account-totals.ts';
import { addAdmin } from './routes/admin/add-admin.ts';
import { addAlerts } from './routes/alerts/add-alerts.ts';
import type { WebhookSettings } from './routes/alerts/alerts-deps.ts';
import { addReadComparison } from './routes/comparisons/read-comparison.ts';
import { addEvents } from './routes/events/add-events.ts';
import { addExportFocus } from './routes/exports/export-focus.ts';
import { addFollowing } from './routes/following/add-following.ts';
import { addGrants } from './routes/grants/add-grants.ts';
import { addImportUsage } from './routes/imports/add-import-usage.ts';
import { addKeys } from './routes/keys/add-keys.ts';
import { addReadMe } from './routes/me/read-me.ts';
import { addReadOwnUsage } from './routes/me/read-own-usage.ts';
import { addNamespaceRules } from './routes/namespace-rules/add-namespace-rules.ts';
import { addOpenMeter } from './routes/openmeter/add-openmeter.ts';
import { addParked } from './routes/parked/add-parked.ts';
import { addReadOperations } from './routes/pipeline/read-operations.ts';
import { addReadPipeline } from './routes/pipeline/read-pipeline.ts';
import { addPrices } from './routes/prices/add-prices.ts';
import { addReconciliation } from './routes/reconciliation/add-reconciliation.ts';
import { addSearch } from './routes/search/search.ts';
import { addStatements } from './routes/statements/add-statements.ts';
import { addStripe } from './routes/stripe/add-stripe.ts';
import { addReadTotals } from './routes/totals/read-totals.ts';
import { addListUsageDaily } from './routes/usage-daily/list-usage-daily.ts';

export type ApiDeps = Pick<HttpShellOptions, 'logger' | 'registry'> & {
  readonly pool: Pool;
  /** At least 32 characters. */
  readonly serviceRoleKey: string;
  /** Whose tokens let people in. Default: nobody's, the service role key is the only way in. */
  readonly people?: Omit<AccessTokensOptions, 'now'> | undefined;
  /** Most requests that a caller may send in a minute. Default {@link REQUESTS_PER_MINUTE}. */
  readonly requestsPerMinute?: number | undefined;
  /** Origins whose pages may call from a browser, such as `https://billing.example.com`. Default: none but our own. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Name and address that statements show as their issuer's, lines separated by `\n`. Default: none. */
  readonly statementIssuer?: string | undefined;
  /** Default: no webhook can be created. */
  readonly webhooks?: WebhookSettings | undefined;
  /** URL of the application database that months are compared with. Default: none can be. */
  readonly applicationUrl?: string | undefined;
  /** The page. Default: none is served. */
  readonly dashboard?: DashboardSettings | undefined;
  /** Lets everybody in as anybody; never together with `people`. Default: not there. */
  readonly developmentSignIn?: DevelopmentSignIn | undefined;
  readonly now: () => Micros;
};

export type DashboardSettings = {
  /** Where the built page is. */
  readonly directory: string;
  /** As whom Auth0 knows the page; without it nobody signs in on the page. */
  readonly clientId: string | undefined;
};

/** A read has no body. */
const BODY_BYTES_MAX = 1_024;

/** Without a body a request is its headers; whoever needs longer to send them is not a client of ours. */
const REQUEST_TIMEOUT_MS = 10_000;

const OPENAPI = {
  title: 'hopsmeter API',
  version: '1.0.0',
  description:
    'Billing totals of Hopsworks usage. Money and quantities are text, days are UTC, errors are RFC 9457 ' +
    'problems. Clusters ' +
    'post their events to ingest, a service of its own: its document is at `/openapi.json` there.',
  bearer: 'An Auth0 access token of a person, or the service role key',
};

/**
 * Creates the api: totals out of Postgres. It does not listen.
 *
 * @throws RangeError when the service role key is missing or too short: it fails closed.
 */
export async function createApiApp(deps: ApiDeps): Promise<HttpShell> {
  const { pool, logger, registry, serviceRoleKey, people, requestsPerMinute = REQUESTS_PER_MINUTE, now } = deps;
  const billing = createBilling(pool);
  const streams = createStreams();
  const authenticate = createAuthenticate({
    serviceRoleKey,
    tokens: people === undefined ? deps.developmentSignIn?.tokens : createAccessTokens({ ...people, now }),
    findPerson: billing.findPerson,
  });
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
    corsOrigins: deps.corsOrigins ?? [],
    hasPages: deps.dashboard !== undefined,
    describeError: describeDatabaseAway,
    openapi: OPENAPI,
  });
  await addDocsPage(shell.app);
  await addPage(shell.app, deps);
  // Every route below /v1 belongs into this scope: here it is guarded.
  await shell.app.register(async (scope: HttpApp) => {
    guardRoutes(scope, authenticate, await limitRequests(scope, requestsPerMinute));
    addNegotiation(scope);
    addParameterProblems(scope);
    addRevalidation(scope);
    addListAccounts(scope, { billing, now });
    addReadAccount(scope, { billing, pool, now });
    addReadAccountTotals(scope, { billing });
    addReadAccountBreakdown(scope, { billing });
    addReadTotals(scope, { billing });
    addListUsageDaily(scope, { billing, streams });
    addReadMe(scope, pool);
    addReadOwnUsage(scope, { billing, pool });
    addSearch(scope, pool);
    addReadPipeline(scope, { billing });
    addReadOperations(scope, pool);
    await addEvents(scope, { pool, billing });
    addExportFocus(scope, { pool, billing, streams, now });
    addOpenMeter(scope, { pool, billing, now });
    await addAdmin(scope, pool);
    await addKeys(scope, pool);
    await addParked(scope, pool);
    await addNamespaceRules(scope, pool);
    await addFollowing(scope, pool);
    await addImportUsage(scope, pool, now);
    await addPrices(scope, pool);
    await addStatements(scope, { pool, issuer: deps.statementIssuer });
    await addReconciliation(scope, pool);
    addReadComparison(scope, { pool, applicationUrl: deps.applicationUrl, streams, now });
    await addGrants(scope, deps);
    await addAlerts(scope, deps);
    await addStripe(scope, pool, now);
  });
  return shell;
}

async function addPage(app: HttpApp, { dashboard, people, developmentSignIn }: ApiDeps): Promise<void> {
  if (dashboard === undefined) {
    app.setNotFoundHandler(refuseUnknown);
    return;
  }
  await addDashboard(app, { directory: dashboard.directory, issuer: people?.issuer });
  addSignIn(app, signInOf(dashboard, people, developmentSignIn));
  developmentSignIn?.addTo(app);
}

/** The files of /docs are served by a plugin that answers a missing one through the not-found handler. */
function refuseUnknown(): never {
  throw new RequestError('NOT_FOUND');
}

function signInOf(
  { clientId }: DashboardSettings,
  people: ApiDeps['people'],
  developmentSignIn: DevelopmentSignIn | undefined,
): SignIn {
  if (people !== undefined && clientId !== undefined)
    return { kind: 'auth0', issuer: people.issuer, clientId, audience: people.audience };
  return developmentSignIn === undefined ? { kind: 'none' } : { kind: 'development', people: developmentSignIn.people };
}
