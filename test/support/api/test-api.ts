import { type Pool, schema } from '@hopsmeter/db';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { parseTime } from '@hopsmeter/usage';
import { drizzle } from 'drizzle-orm/node-postgres';
import { type ApiDeps, createApiApp } from '../../../services/api/src/app.ts';
import { createTestDatabase } from '../db/test-database.ts';

/** For tests: an api on a database of its own. */
export type TestApi = {
  readonly app: HttpApp;
  readonly pool: Pool;
  readonly tables: ReturnType<typeof drizzle>;
  /** What was logged so far. */
  readonly log: readonly string[];
  /** Asks with the key; the body is parsed JSON. */
  get(url: string): Promise<{ readonly status: number; readonly body: Json }>;
  /** Stops the api and drops the database. */
  close(): Promise<void>;
};

// biome-ignore lint/suspicious/noExplicitAny: a test compares an answer as it came
export type Json = any;

export const TEST_KEY = 'a-service-role-key-of-the-tests-0123456789';

/** The moment at which the api of a test believes to be. */
export const TEST_NOW = '2026-11-22T14:00:00Z';

/** What a test may set of an api. */
export type TestApiOptions = Pick<
  ApiDeps,
  'people' | 'requestsPerMinute' | 'webhooks' | 'dashboard' | 'statementIssuer' | 'applicationUrl'
>;

/** Creates a test database, with the tables unless told otherwise, and an api on it. */
export async function startTestApi({
  withTables = true,
  ...options
}: TestApiOptions & { readonly withTables?: boolean } = {}): Promise<TestApi> {
  const database = await createTestDatabase({ withTables });
  const { pool } = database;
  const log: string[] = [];
  const app = await createTestApp(pool, log, options);
  return {
    app,
    pool,
    tables: drizzle(pool),
    log,
    async get(path) {
      const answer = await app.inject({ url: path, headers: { authorization: `Bearer ${TEST_KEY}` } });
      return { status: answer.statusCode, body: answer.json() };
    },
    async close() {
      await app.close();
      await database.close();
    },
  };
}

/** An api on any pool. */
export async function createTestApp(pool: Pool, log: string[] = [], options: TestApiOptions = {}): Promise<HttpApp> {
  const now = parseTime(TEST_NOW) ?? 0;
  const { app } = await createApiApp({
    pool,
    logger: createLogger({ name: 'api', destination: { write: (line) => log.push(line) } }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: TEST_KEY,
    now: () => now,
    ...options,
  });
  return app;
}

/** One rollup row in short. */
export type Usage = {
  readonly day: string;
  readonly owner: string;
  readonly user?: string;
  readonly cluster: string;
  readonly project?: string | undefined;
  readonly meter?: string;
  readonly quantity: string;
};

/** Writes rollup rows at the prices of the default rate card. */
export async function addUsage(tables: TestApi['tables'], usages: readonly Usage[]): Promise<void> {
  const rates = await tables.select().from(schema.rates);
  const rows = usages.map(({ day, owner, user = owner, cluster, project, meter = 'cpu_hours', quantity }) => {
    const rate = rates.find((candidate) => candidate.meter === meter);
    if (rate === undefined) throw new Error(`${meter} has no rate`);
    return {
      usageDate: day,
      bookedOn: day,
      accountOwnerId: owner,
      userId: user,
      hopsworksClusterId: cluster,
      projectId: project,
      meter,
      quantity,
      rateId: rate.id,
      price: rate.price,
      priceQuantity: rate.priceQuantity,
      eventCount: 1n,
      firstEventAt: `${day}T00:00:00Z`,
      lastEventAt: `${day}T23:00:00Z`,
      isImported: false,
    };
  });
  await tables.insert(schema.usageDaily).values(rows);
}

/** Adds a cluster and returns its id. */
export async function addCluster(tables: TestApi['tables'], name: string): Promise<string> {
  const [cluster] = await tables
    .insert(schema.hopsworksClusters)
    .values({ name, maxUsers: 100 })
    .returning({ id: schema.hopsworksClusters.id });
  if (cluster === undefined) throw new Error('the cluster was not inserted');
  return cluster.id;
}
