import { randomUUID } from 'node:crypto';
import type { BatchRequest } from '../../../packages/usage/src/booking/batch.ts';
import { createDirectory, type Directory, type DirectorySnapshot } from '../../../packages/usage/src/directory.ts';
import type { ReportedEvent, UsageEvent } from '../../../packages/usage/src/event.ts';

/** For tests. 2026-11-22T13:00:00Z. */
export const SAMPLE_START = 1_795_352_400_000_000;
export const HOUR = 3_600_000_000;

const ALWAYS = { startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };

export const SAMPLE_CLUSTER = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001';

/** Ada's account with Bo in it, whose namespace is `ml`; Eve is on no cluster. `model_calls` has no price. */
export const SAMPLE_SNAPSHOT: DirectorySnapshot = {
  version: '5',
  projects: [
    { id: 'project-ml', clusterId: SAMPLE_CLUSTER, namespace: 'ml', userId: 'auth0|bo', ...ALWAYS },
    { id: 'project-lab', clusterId: SAMPLE_CLUSTER, namespace: 'lab', userId: 'auth0|eve', ...ALWAYS },
  ],
  ownerships: [
    { userId: 'auth0|ada', accountOwnerId: 'auth0|ada', ...ALWAYS },
    { userId: 'auth0|bo', accountOwnerId: 'auth0|ada', ...ALWAYS },
    { userId: 'auth0|eve', accountOwnerId: 'auth0|eve', ...ALWAYS },
  ],
  assignments: [
    { userId: 'auth0|ada', clusterId: SAMPLE_CLUSTER, ...ALWAYS },
    { userId: 'auth0|bo', clusterId: SAMPLE_CLUSTER, ...ALWAYS },
  ],
  aliases: [],
  clusterLimits: [],
  meters: ['cpu_hours', 'gpu_hours', 'gpu_hours_h100', 'ram_gb_hours', 'model_calls'],
  gpuModels: [{ name: 'Tesla T4', meter: 'gpu_hours' }],
  pricing: {
    cards: [{ id: 'card', name: 'default', creditUsd: 350_000_000_000n, isDefault: true }],
    rates: ['cpu_hours', 'gpu_hours', 'gpu_hours_h100', 'ram_gb_hours'].map((meter) => ({
      id: `rate-${meter}`,
      rateCardId: 'card',
      meter,
      validFrom: 20_000,
      price: 350_000_000_000n,
      priceQuantity: 1_000_000_000_000n,
      model: 'flat',
      tiers: [],
      includedQuantity: 0n,
    })),
    overrides: [],
  },
  namespaceRules: [],
  closings: [],
};

export const SAMPLE_DIRECTORY: Directory = createDirectory(SAMPLE_SNAPSHOT);

/** An hour of the namespace `ml` with one and a half CPU hours. */
export function sampleEvent(id: string, changes: Partial<UsageEvent> = {}): UsageEvent {
  return {
    id,
    sourcePath: '',
    type: 'compute',
    subject: undefined,
    namespace: 'ml',
    gpuModel: undefined,
    start: SAMPLE_START,
    end: SAMPLE_START + HOUR,
    usages: [{ meter: 'cpu_hours', quantity: '1.5' }],
    ...changes,
  };
}

export function sampleRequest(eventCount: number, changes: Partial<BatchRequest> = {}): BatchRequest {
  return {
    requestId: randomUUID(),
    clusterId: SAMPLE_CLUSTER,
    clusterKeyId: '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0002',
    receivedAt: SAMPLE_START + 2 * HOUR,
    eventCount,
    ...changes,
  };
}

/** A batch of one request. */
export function sampleBatch(events: readonly ReportedEvent[], changes: Partial<BatchRequest> = {}) {
  return { id: randomUUID(), requests: [sampleRequest(events.length, changes)], events };
}
