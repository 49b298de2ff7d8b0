import {
  createRecording,
  type FailureKind,
  findOriginals,
  kindOfFailure,
  listCorrectionsToTry,
  listIgnoredNamespaces,
  listManifests,
  listProjectReports,
  loadDirectory,
  type Pool,
  postponeParked,
  readCountedInstants,
  readParkedWork,
  recallIgnored,
  recordManifests,
  type SettledCounts,
  settleCorrections,
  settleParked,
  settleProjectReports,
  tryRecordBatch,
} from '@hopsmeter/db';
import {
  BATCH_EVENTS_MAX,
  type BatchConsumer,
  createBatchConsumer,
  type DeliveryContext,
  type ProcessBatch,
  QUEUE_NAME,
  type UnreadableBatch,
} from '@hopsmeter/queue';
import { createHttpShell, type Failpoint, type HttpApp, type Logger, withFailpoints } from '@hopsmeter/runtime';
import { isDeferred, MICROS_PER_MS, planUnreadable } from '@hopsmeter/usage';
import type { Registry } from 'prom-client';
import { startDeferredWatch } from './corrections/deferred-watch.ts';
import { createDeferredSettler } from './corrections/settle-deferred.ts';
import type { JobSettings } from './jobs/job-context.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { startParkedWatch } from './parked/parked-watch.ts';
import type { IgnoredStore } from './parked/recall-ignored.ts';
import { type ParkedStore, retryParked } from './parked/retry-parked.ts';
import { createBatchCombiner, STATEMENT_EVENTS_MAX } from './record/batch-combiner.ts';
import { createBatchRecorder, type RecorderStore } from './record/batch-recorder.ts';
import { createDirectoryCache } from './record/directory-cache.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export type WorkerDependencies = {
  readonly pool: Pool;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  /** Statements that record batches at the same time. */
  readonly concurrency: number;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Default: nothing that has to be configured runs. */
  readonly jobs?: JobSettings | undefined;
  /** Called once when batches wait and none has been completed for a minute although the database answers. */
  readonly onStuck: () => void;
  /** Where batches are recorded; default: the database behind `pool`. */
  readonly store?: RecorderStore | undefined;
  /** Around `record`, the statement, and around `delivery`, after which a job is done. Default: none. */
  readonly failpoint?: Failpoint | undefined;
};

export type WorkerApp = {
  /** Health and metrics; does not listen yet. */
  readonly http: HttpApp;
  /** Takes no more batches and finishes those in hand within the deadline. */
  close(deadlineMs: number): Promise<void>;
};

/**
 * A conflict and a bad event are each settled by the next attempt; with both in one batch and a busy directory a few
 * attempts pass. After so many it is a bug, and people must be told. A directory that keeps changing is none: somebody
 * enters users or projects, and the batch is recorded between two of their changes.
 */
const STRANGE_ATTEMPTS = 8;

/** What a person who reads of a failure should do. */
const HINTS: Readonly<Record<FailureKind, string>> = {
  retry: 'nothing is lost and it goes on by itself; see whether Postgres runs, and takes connections and writes',
  directory_changed: 'nothing is lost and nothing is to be done: users, projects or prices are being changed',
  conflicts: 'nothing is lost; report this line as a bug',
  data: 'nothing is lost; report this line as a bug',
  unexpected: 'nothing is lost; run the migrations of this version (hopsmeter migrate), else report this line as a bug',
};

/**
 * Jobs in hand for each statement, so that there is something to record together: single events come about 16 to a job,
 * and with 16 jobs in hand a worker fell 5,000 events a second behind 30,000 in small batches while a third of the
 * machine was idle. More jobs cost fetches of their own: single events came 6,700 a second with 16, 6,400 with 40 and
 * with 100. Events are bounded beside it, to what the statements hold and a batch that waits meanwhile.
 */
const JOBS_PER_STATEMENT = 40;

/** How often the watchdog is asked. */
const STUCK_CHECK_MS = 5_000;

/** Creates a worker and starts consuming. */
export async function createWorkerApp(deps: WorkerDependencies): Promise<WorkerApp> {
  const { pool, logger, registry, failpoint, store = storeIn(pool) } = deps;
  const directories = createDirectoryCache(() => loadDirectory(pool));
  const recorder = createBatchRecorder({
    store: { ...store, record: withFailpoints(failpoint, 'record', store.record) },
    directories,
    onFailure(kind, error, count) {
      metrics.noteFailure(kind);
      const fields = { err: error, kind, count };
      const isNormal = kind === 'retry' || kind === 'directory_changed';
      if (kind === 'unexpected' || (!isNormal && count >= STRANGE_ATTEMPTS))
        logger.error({ ...fields, hint: HINTS[kind] }, 'recording a batch failed and will be retried');
      else if (kind === 'retry' && count > 1)
        logger.warn({ ...fields, hint: HINTS[kind] }, 'recording a batch is waiting for the database');
      else if (kind === 'directory_changed' && count === STRANGE_ATTEMPTS)
        logger.info({ count, hint: HINTS[kind] }, 'recording a batch is waiting for directory changes');
      // What the next attempt settles by itself is no news: an owner or a price that changed, a conflict, a bad event.
      else logger.debug({ kind, count }, 'recording a batch will be retried');
    },
  });
  const batchesMax = deps.concurrency * JOBS_PER_STATEMENT;
  const combiner = createBatchCombiner({ recorder, statementsMax: deps.concurrency, batchesMax });
  const metrics = createWorkerMetrics(registry, () => recorder.waitingCount());

  const onSettled = (counts: SettledCounts): void => {
    metrics.noteRetried(counts);
    if (counts.counted + counts.duplicates > 0) logger.info(counts, 'counted parked events');
  };
  const onPostponed = (parkedEventId: string, err: unknown): void =>
    logger.error(
      { err, parkedEventId, hint: 'if it repeats, see it with GET /v1/parked and report the error' },
      'a parked event cannot be settled; others go on, it is tried again in minutes',
    );
  const settler = createDeferredSettler({
    store: {
      listProjectReports: (limit) => listProjectReports(pool, limit),
      settleProjectReports: (ids) => settleProjectReports(pool, ids),
      listManifests: (limit) => listManifests(pool, limit),
      recordManifests: (ids) => recordManifests(pool, ids),
      listCorrections: (limit) => listCorrectionsToTry(pool, limit),
      findOriginals: (after, limit) => findOriginals(pool, after, limit),
      settle: (request, makePlan) => settleCorrections(pool, request, makePlan),
      postpone: (ids) => postponeParked(pool, ids),
    },
    directories,
    onSettled,
    onPostponed,
  });
  const deferredWatch = startDeferredWatch({
    settle: (signal) => settler.settle(signal),
    onChange: (failure) => {
      if (failure === undefined) logger.info('settling of corrections, manifests and project reports has recovered');
      else
        logger.warn(
          { err: failure, hint: HINTS[kindOfFailure(failure)] },
          'corrections, manifests and project reports cannot be settled',
        );
    },
  });

  const process: ProcessBatch = async (delivery, context) => {
    if ('kind' in delivery) return parkUnreadable(delivery, context);
    const counts = await combiner.record(delivery, context.signal);
    metrics.noteRecorded(counts, delivery.events.length);
    if (delivery.events.some(isDeferred)) deferredWatch.wake();
  };
  const parkUnreadable = async (delivery: UnreadableBatch, { jobId, signal }: DeliveryContext): Promise<void> => {
    const hint =
      'its payload is kept: see GET /v1/parked?reason=unreadable_batch, and whether all ingests are of this version';
    logger.error(
      { jobId, reason: delivery.reason, detail: delivery.detail, hint },
      'a job cannot be read and is parked',
    );
    const receivedAt = Date.now() * MICROS_PER_MS;
    const counts = await recorder.record((directory) => planUnreadable(delivery, jobId, receivedAt, directory), signal);
    metrics.noteRecorded(counts, 1);
  };

  const consumer = createBatchConsumer({
    redisUrl: deps.redisUrl,
    prefix: deps.queuePrefix,
    concurrency: batchesMax,
    eventsMax: deps.concurrency * STATEMENT_EVENTS_MAX + BATCH_EVENTS_MAX,
    process: withFailpoints(failpoint, 'delivery', process),
    logger,
    onProgress: (progress) => metrics.noteProgress(progress),
  });
  const queue = {
    name: `${deps.queuePrefix}:${QUEUE_NAME}`,
    inspect: () => consumer.inspect(),
    putBackJobs: () => consumer.putBackJobs(),
  };
  const jobs = startJobs({ pool, logger, registry, settings: deps.jobs ?? {}, queue });
  const parkedStore: ParkedStore = {
    settle: (choice, makePlan) => settleParked(pool, choice, makePlan),
    postpone: (id) => postponeParked(pool, [id]),
  };
  const ignored: IgnoredStore = {
    list: () => listIgnoredNamespaces(pool),
    recall: (...recalled) => recallIgnored(pool, ...recalled),
  };
  const parkedWatch = startParkedWatch({
    readWork: () => readParkedWork(pool),
    retry: (kind, version, signal) =>
      retryParked({ store: parkedStore, ignored, directories, onSettled, onPostponed }, kind, version, signal),
    onChange: (failure) => {
      if (failure === undefined) logger.info('parked-event retries have recovered');
      else logger.warn({ err: failure, hint: HINTS[kindOfFailure(failure)] }, 'parked-event retries are failing');
    },
  });
  // A worker that waits for its database is not stuck: restarting it would not help.
  const isConsuming = (): boolean => consumer.health().isHealthy || recorder.waitingCount() > 0;
  const watchdog = setInterval(() => {
    if (isConsuming()) return;
    clearInterval(watchdog);
    const hint = 'this process ends so that its supervisor starts a new one; if that repeats, see Redis and Postgres';
    logger.fatal({ ...consumer.health(), hint }, 'batches are waiting and none are completing');
    deps.onStuck();
  }, STUCK_CHECK_MS);

  const { app: http, startDraining } = await createHttpShell({
    logger,
    registry,
    checks: {
      postgres: async () => {
        await pool.query('select 1');
        return { ok: true };
      },
      redis: () => ({ ok: consumer.health().status !== undefined }),
      consumption: () => describeConsumption(consumer, isConsuming()),
    },
  });
  return {
    http,
    async close(deadlineMs) {
      startDraining();
      clearInterval(watchdog);
      // Together: a round of a job or of retries that hangs in the database must not keep the consumer taking batches.
      const outcomes = await Promise.allSettled([
        jobs.close(),
        parkedWatch.close(),
        deferredWatch.close(),
        consumer.close(deadlineMs),
      ]);
      await http.close();
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}

function storeIn(pool: Pool): RecorderStore {
  return {
    record: createRecording(pool),
    tryRecord: (record) => tryRecordBatch(pool, record),
    readInstants: (eventKeys) => readCountedInstants(pool, eventKeys),
  };
}

function describeConsumption(consumer: BatchConsumer, ok: boolean): { ok: boolean; detail: string } {
  const { waiting, sinceProgressMs } = consumer.health();
  return { ok, detail: `${waiting} batches wait, last completion or empty queue ${sinceProgressMs} ms ago` };
}
