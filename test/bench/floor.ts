import { randomUUID } from 'node:crypto';
import { type BatchRecord, createPool, loadDirectory, recordBatch } from '@hopsmeter/db';
import { createDirectory, METERS, parseQuantity, type UsageEvent } from '@hopsmeter/usage';
import { planBatch } from '@hopsmeter/worker/plan-batch';
import { LOAD_NAMESPACES } from './load.ts';

const HOUR = 3_600_000_000;

/** Connections of the floor: as many as the worker uses. */
const CONNECTIONS = 2;

/**
 * What bare Postgres takes: the worker's own statement, with records made beforehand, from two connections and nothing
 * else. No HTTP, no queue, no reading of events.
 *
 * @returns events per second.
 */
export async function measureFloor(
  databaseUrl: string,
  clusterId: string,
  eventsPerBatch: number,
  seconds: number,
): Promise<number> {
  const pool = createPool({ url: databaseUrl, connectionsMax: CONNECTIONS + 1, onIdleError: () => undefined });
  try {
    const directory = createDirectory(await loadDirectory(pool));
    const round = randomUUID();
    let sequence = 0;
    const createRecord = (): BatchRecord => {
      const events = Array.from({ length: eventsPerBatch }, () => createEvent(round, sequence++));
      const request = {
        requestId: 'floor',
        clusterId,
        clusterKeyId: randomUUID(),
        receivedAt: Date.now() * 1_000,
        eventCount: eventsPerBatch,
      };
      return planBatch({ id: randomUUID(), requests: [request], events }, directory);
    };
    // Made in rounds: enough records for the whole time would not fit into memory.
    let events = 0;
    let elapsedMs = 0;
    while (elapsedMs < seconds * 1_000) {
      const records = Array.from({ length: Math.ceil(40_000 / eventsPerBatch) }, createRecord);
      const startedAt = performance.now();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          for (let record = records.pop(); record !== undefined; record = records.pop()) {
            events += (await recordBatch(pool, record))?.counted ?? 0;
          }
        }),
      );
      elapsedMs += performance.now() - startedAt;
    }
    return (events * 1_000) / elapsedMs;
  } finally {
    await pool.end();
  }
}

function createEvent(round: string, sequence: number): UsageEvent {
  const namespace = sequence % LOAD_NAMESPACES;
  const start = Math.floor(Date.now() / 3_600_000 - 2 - (namespace % 48)) * HOUR;
  return {
    id: `floor/${round}/${sequence}`,
    sourcePath: '',
    type: 'compute',
    subject: undefined,
    namespace: `ns-${namespace}`,
    gpuModel: undefined,
    start,
    end: start + HOUR,
    usages: [
      { meter: METERS.cpu, quantity: parseQuantity('0.734512') },
      { meter: METERS.ram, quantity: parseQuantity('2.5') },
    ],
  };
}
