import type { QueueStatus } from '@hopsmeter/queue';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { type Batch, generateClusterKey } from '@hopsmeter/usage';
import { vi } from 'vitest';
import { createIngestApp, type IngestDeps } from '../../../services/ingest/src/app.ts';

const CLUSTER = '11111111-1111-4111-8111-111111111111';
export const SOURCE = `urn:hopsworks:cluster:${CLUSTER}`;
export const NOW = Date.parse('2026-11-22T14:10:00Z') * 1_000;

export const IDLE: QueueStatus = {
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  added: 0,
  completed: 0,
  missing: 0,
  isPaused: false,
  oldestWaitingAgeMs: 0,
  memoryUsedBytes: 1_000,
  memoryLimitBytes: 1_000_000,
  persistenceProblems: [],
};

/** A valid event; `change` replaces attributes. */
export function createEvent(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: 'e-1',
    source: SOURCE,
    type: 'ai.hopsworks.usage.network.v1',
    time: '2026-11-22T14:00:00Z',
    subject: 'auth0|1',
    data: {
      namespace: 'ns-1',
      window: { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' },
      egressBytes: 2 ** 30,
    },
    ...change,
  };
}

export type TestIngest = {
  readonly app: HttpApp;
  readonly key: string;
  /** What was queued. */
  readonly batches: Batch[];
  readonly startDraining: () => void;
  post(payload: unknown, headers?: Readonly<Record<string, string>>): ReturnType<typeof postTo>;
};

/** Creates an ingest with a queue in memory and one key, open for requests. */
export async function createTestIngest(change: Partial<IngestDeps> = {}): Promise<TestIngest> {
  const batches: Batch[] = [];
  const { key, hash } = generateClusterKey();
  const { app, startDraining } = await createIngestApp({
    logger: createLogger({ name: 'test', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    keySource: {
      load: async () => [{ id: 'key-1', clusterId: CLUSTER, hash, expiresAt: undefined, revokedAt: undefined }],
    },
    queue: { add: async (batch) => void batches.push(batch), status: async () => IDLE },
    now: () => NOW,
    ...change,
  });
  if (change.queue === undefined && change.keySource === undefined)
    await vi.waitFor(
      async () => {
        if ((await app.inject('/readyz')).statusCode !== 200) throw new Error('not ready');
      },
      { timeout: 30_000 },
    );
  return { app, key, batches, startDraining, post: (payload, headers) => postTo(app, key, payload, headers) };
}

async function postTo(app: HttpApp, key: string, payload: unknown, headers: Readonly<Record<string, string>> = {}) {
  return app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
}
