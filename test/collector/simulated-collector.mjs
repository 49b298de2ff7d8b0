// A collector in a process of its own whose time is simulated, for tests that kill it. Argument: JSON of
// CollectorProcessOptions.
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, createRegistry } from '../../packages/runtime/dist/index.js';
import { collectorSettingsSchema, createClusterKeyReader, createSources } from '../../packages/sources/dist/index.js';
import { createCollector, keepMemorySmall } from '../../services/collector/dist/index.js';

keepMemorySmall();
const { time, clockErrorMs, settings: given } = JSON.parse(process.argv[2] ?? '');
const { start, begunAt, speed, until } = time;

/** No wait is shorter, however fast time runs: each look for what is due costs something. */
const SLEEP_MIN_MS = 15;

const clock = {
  now: () => Math.min(until, start + (Date.now() - begunAt) * speed) + clockErrorMs,
  elapsed: () => performance.now() * speed,
  /** @param {number} ms @param {AbortSignal} signal */
  sleep: (ms, signal) => delay(Math.max(SLEEP_MIN_MS, ms / speed), undefined, { signal }),
};
const settings = collectorSettingsSchema.parse(given);
const { sources, projects } = createSources(settings);
const collector = createCollector({
  clusterId: settings.CLUSTER_ID,
  ingestUrl: settings.INGEST_URL,
  key: createClusterKeyReader(settings),
  directory: settings.COLLECTOR_DIRECTORY,
  sources: [...sources, ...(projects === undefined ? [] : [projects])],
  collectFrom: start,
  recheck: { afterMs: 26 * 3_600_000, threshold: '0.001' },
  clock,
  logger: createLogger({ name: 'collector', level: 'info' }),
  registry: createRegistry({ withProcess: false }),
});
await collector.run(new AbortController().signal);
