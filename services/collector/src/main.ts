import { setTimeout as delay } from 'node:timers/promises';
import {
  createHttpShell,
  createLogger,
  createRegistry,
  listen,
  loadConfigOrExit,
  runProcess,
} from '@hopsmeter/runtime';
import { createClusterKeyReader, createSources } from '@hopsmeter/sources';
import { createCollector } from './collector.ts';
import { collectorConfigSchema } from './config.ts';
import type { Clock } from './follow-context.ts';
import { HOUR_MS } from './hours/hour.ts';
import { keepMemorySmall } from './keep-memory-small.ts';
import { createSourceComparison } from './source-comparison.ts';

const CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

keepMemorySmall();

const config = loadConfigOrExit('collector', collectorConfigSchema);
const logger = createLogger({ name: 'collector', level: config.LOG_LEVEL });

await runProcess({
  name: 'collector',
  logger,
  shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
  async start(lifecycle) {
    const registry = createRegistry({ withProcess: true });
    const { sources, projects } = createSources(config, createSourceComparison(registry, logger));
    const collector = createCollector({
      clusterId: config.CLUSTER_ID,
      ingestUrl: config.INGEST_URL,
      key: createClusterKeyReader(config),
      directory: config.COLLECTOR_DIRECTORY,
      spoolBytesMax: config.SPOOL_BYTES_MAX,
      sources: [...sources, ...(projects === undefined ? [] : [projects])],
      collectFrom: config.COLLECT_FROM,
      recheck: { afterMs: config.RECHECK_AFTER_HOURS * HOUR_MS, threshold: config.RECHECK_THRESHOLD },
      clock: CLOCK,
      logger,
      registry,
    });
    lifecycle.onClose('collector', () => collector.close());

    const { app } = await createHttpShell({ logger, registry, checks: collector.checks });
    lifecycle.onClose('http', () => app.close());
    const { COLLECTOR_PORT: port, COLLECTOR_HOST: host, HEALTH_PORT: healthPort } = config;
    const address = await listen(app, { port, host, healthPort });
    logger.info({ address }, 'the collector is listening');

    const ended = collector.run(lifecycle.signal).catch((error: unknown) => {
      if (lifecycle.signal.aborted) return;
      // Its supervisor starts a new one; what waits is on disk.
      logger.fatal(
        { err: error, hint: 'docs/collector.md says what each of these means' },
        'the collector cannot go on',
      );
      process.exit(1);
    });
    lifecycle.onClose('sources', () => ended);
  },
});
