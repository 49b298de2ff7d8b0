import { randomUUID } from 'node:crypto';
import { createPool, loadDirectory, recordStatementOf } from '@hopsmeter/db';
import { createDirectory, METERS, planBatch, type UsageEvent } from '@hopsmeter/usage';
import { LOAD_EVENT, LOAD_NAMESPACES } from './load.ts';

const HOUR = 3_600_000_000;

/** Connections of the floor: as many as the worker uses. */
const CONNECTIONS = 2;

/** Events of one statement: what a worker puts into one at full load. */
const FLOOR_EVENTS = 10_000;

/** Events made before each round: enough for a few statements of each connection, few enough for memory. */
const ROUND_EVENTS = 80_000;

export type FloorOptions = { readonly databaseUrl: string; readonly clusterId: string; readonly seconds: number };

/**
 * What bare Postgres takes: the worker's own statement from two connections, its parameters written beforehand, and
 * nothing else. No HTTP, no queue, no reading, attributing or writing of events while the time runs.
 */
export async function measureFloor(
  options: FloorOptions,
): Promise<{ readonly events: number; readonly eventsPerSecond: number }> {
  const { databaseUrl, clusterId, seconds } = options;
  const pool = createPool({ url: databaseUrl, connectionsMax: CONNECTIONS + 1, onIdleError: () => undefined });
  try {
    const directory = createDirectory(await loadDirectory(pool));
    const round = randomUUID();
    let sequence = 0;
    const createStatement = () => {
      const events = Array.from({ length: FLOOR_EVENTS }, () => createEvent(round, sequence++));
      const request = {
        requestId: 'floor',
        clusterId,
        clusterKeyId: randomUUID(),
        receivedAt: Date.now() * 1_000,
        eventCount: FLOOR_EVENTS,
      };
      return recordStatementOf(planBatch({ id: randomUUID(), requests: [request], events }, directory));
    };
    let elapsedMs = 0;
    while (elapsedMs < seconds * 1_000) {
      const statements = Array.from({ length: ROUND_EVENTS / FLOOR_EVENTS }, createStatement);
      const startedAt = performance.now();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          for (let next = statements.pop(); next !== undefined; next = statements.pop())
            await pool.query(next.text, next.values);
        }),
      );
      elapsedMs += performance.now() - startedAt;
    }
    return { events: sequence, eventsPerSecond: (sequence * 1_000) / elapsedMs };
  } finally {
    await pool.end();
  }
}

/** The same usage as an event of the load. */
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
      { meter: METERS.cpu, quantity: LOAD_EVENT.cpuCoreHours },
      { meter: METERS.ram, quantity: '2.5' },
    ],
  };
}
