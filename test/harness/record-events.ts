import { randomUUID } from 'node:crypto';
import {
  createRecording,
  findOriginals,
  listCorrectionsToTry,
  listManifests,
  listProjectReports,
  loadDirectory,
  type Pool,
  postponeParked,
  readCountedInstants,
  recordManifests,
  settleCorrections,
  settleProjectReports,
  tryRecordBatch,
} from '@hopsmeter/db';
import { planBatch, type ReportedEvent } from '@hopsmeter/usage';
import { createBatchRecorder } from '@hopsmeter/worker/batch-recorder';
import { createDirectoryCache } from '@hopsmeter/worker/directory-cache';
import { createDeferredSettler } from '@hopsmeter/worker/settle-deferred';

/** What a worker does with a batch of a cluster, corrections included. */
export async function recordEvents(pool: Pool, clusterId: string, events: readonly ReportedEvent[]): Promise<void> {
  const directories = createDirectoryCache(() => loadDirectory(pool));
  const recorder = createBatchRecorder({
    store: {
      record: createRecording(pool),
      tryRecord: (batch) => tryRecordBatch(pool, batch),
      readInstants: (keys) => readCountedInstants(pool, keys),
    },
    directories,
    onFailure: () => undefined,
  });
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
    onSettled: () => undefined,
    onPostponed: () => undefined,
  });
  const request = {
    requestId: randomUUID(),
    clusterId,
    clusterKeyId: randomUUID(),
    receivedAt: Date.now() * 1_000,
    eventCount: events.length,
  };
  const { signal } = new AbortController();
  const batch = { id: randomUUID(), requests: [request], events };
  await recorder.record((directory, setAside) => planBatch(batch, directory, setAside), signal);
  await settler.settle(signal);
}
