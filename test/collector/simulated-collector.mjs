// A collector in a process of its own whose time is simulated, for tests that kill it. Argument: JSON of
// CollectorProcessOptions.
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, createRegistry } from '../../packages/runtime/dist/index.js';
import {
  createHopsworksClient,
  createOfflineStorageSource,
  createOpenCostSource,
  createProjectsSource,
  createWebHdfsReader,
} from '../../packages/sources/dist/index.js';
import { createCollector, keepMemorySmall } from '../../services/collector/dist/index.js';

keepMemorySmall();
const options = JSON.parse(process.argv[2] ?? '');
const { time, clockErrorMs, clusterId, key, directory, ingestUrl } = options;

/** Nothing is asked more often than that, however fast time runs. */
const SLEEP_MIN_MS = 4;

const { start, begunAt, speed, until } = time;
const now = () => Math.min(until, start + (Date.now() - begunAt) * speed) + clockErrorMs;
const clock = {
  now,
  elapsed: () => performance.now() * speed,
  /** @param {number} ms @param {AbortSignal} signal */
  sleep: (ms, signal) => delay(Math.max(SLEEP_MIN_MS, ms / speed), undefined, { signal }),
};
const hopsworks = createHopsworksClient({ url: options.hopsworksUrl ?? '', readKey: async () => 'of-the-test' });
const readFolders = createWebHdfsReader({ url: options.hopsFsUrl ?? '', path: '/Projects', user: undefined });
const ofHopsworks = [
  createOfflineStorageSource({ clusterId, readFolders, hopsworks }),
  createProjectsSource({ clusterId, hopsworks }),
];
const collector = createCollector({
  clusterId,
  ingestUrl,
  key,
  directory,
  sources: [
    createOpenCostSource({ clusterId, url: new URL(options.openCostUrl), clusterName: 'east', now }),
    ...(options.hopsworksUrl === undefined ? [] : ofHopsworks),
  ],
  collectFrom: start,
  recheck: { afterMs: 26 * 3_600_000, threshold: '0.001' },
  clock,
  logger: createLogger({ name: 'collector', level: 'info' }),
  registry: createRegistry({ withProcess: false }),
});
await collector.run(new AbortController().signal);
