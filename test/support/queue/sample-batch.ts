import { randomUUID } from 'node:crypto';
import type { Batch, ReportedEvent } from '@hopsmeter/usage';

/** Makes a batch for tests: the events, shared evenly by so many requests of one cluster. */
export function createBatch(events: readonly ReportedEvent[], requestCount = 1): Batch {
  const requests = Array.from({ length: requestCount }, (_, i) => ({
    requestId: `request-${i}`,
    clusterId: 'cluster-1',
    clusterKeyId: 'key-1',
    receivedAt: 1_795_356_000_000_000 + i,
    eventCount: events.length / requestCount,
  }));
  return { id: randomUUID(), requests, events };
}

/** Makes a batch of so many small events, whose ids begin with `name`. */
export function createSampleBatch(name: string, eventCount = 1): Batch {
  const start = 1_795_352_400_000_000;
  return createBatch(
    Array.from({ length: eventCount }, (_, i) => ({
      id: `${name}/${i}`,
      sourcePath: '',
      type: 'compute',
      subject: 'auth0|1',
      namespace: 'ns-1',
      gpuModel: undefined,
      start,
      end: start + 3_600_000_000,
      usages: [{ meter: 'cpu_hours', quantity: '1.5' }],
    })),
  );
}
