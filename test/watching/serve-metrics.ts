import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { createTestApp } from '@hopsmeter/test/support/api/test-api.ts';
import { createTestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { createTestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { z } from 'zod';
import { createCollectorMetrics } from '../../services/collector/src/collector-metrics.ts';
import { createSourceComparison } from '../../services/collector/src/source-comparison.ts';
import { createWorkerApp } from '../../services/worker/src/worker-app.ts';

export type ServedMetrics = {
  /** What `/metrics` of each process says, by its name. */
  readonly texts: ReadonlyMap<string, string>;
  /** The labels of each metric, by its name. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
};

/** Nobody is there. */
const NOWHERE = 'http://127.0.0.1:9';

const NOWHERE_REDIS = 'redis://127.0.0.1:9';

const metricSchema = z.object({ name: z.string(), labelNames: z.array(z.string()) });

/** Starts every process with all that can be configured, and asks what it serves. */
export async function serveMetrics(): Promise<ServedMetrics> {
  const registries = ['ingest', 'worker', 'collector'].map(
    // Those of the process are the same everywhere, and what collects them watches this process until its end.
    (name) => [name, createRegistry({ withProcess: name === 'ingest' })] as const,
  );
  const [ingestRegistry, workerRegistry, collectorRegistry] = registries.map(([, registry]) => registry);
  if (ingestRegistry === undefined || workerRegistry === undefined || collectorRegistry === undefined)
    throw new Error('expected three registries');
  const logger = createLogger({ name: 'test', level: 'silent' });
  const database = await createTestDatabase();
  const ingest = await createTestIngest({ registry: ingestRegistry });
  const api = await createTestApp(database.pool);
  const worker = await createWorkerApp({
    pool: database.pool,
    redisUrl: NOWHERE_REDIS,
    queuePrefix: '{metrics}',
    concurrency: 1,
    logger,
    registry: workerRegistry,
    jobs: {
      stripe: { apiKey: 'rk_test_1', apiUrl: new URL(NOWHERE), intervalMs: 3_600_000, monthGraceHours: 1 },
      webhooks: { signingKey: 'k'.repeat(40), isPrivateAllowed: false },
      following: { url: new URL('postgresql://nobody@127.0.0.1:9/none'), everyMs: 3_600_000, missingPercentMax: 20 },
    },
    onStuck: () => undefined,
  });
  createCollectorMetrics(collectorRegistry, () => undefined);
  createSourceComparison(collectorRegistry, logger);
  try {
    const texts = new Map([['collector', await collectorRegistry.metrics()]]);
    for (const [name, app] of [
      ['ingest', ingest.app],
      ['worker', worker.http],
      ['api', api],
    ] as const) {
      // An answer, so that it is counted.
      await app.inject('/livez');
      texts.set(name, (await app.inject('/metrics')).body);
    }
    return { texts, labels: new Map(registries.flatMap(([, registry]) => labelsIn(registry))) };
  } finally {
    await worker.close(5_000);
    await Promise.all([ingest.app.close(), api.close()]);
    await database.close();
  }
}

function labelsIn(registry: ReturnType<typeof createRegistry>): (readonly [string, readonly string[]])[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, labelNames } = metricSchema.parse(metric);
    return [name, labelNames];
  });
}
