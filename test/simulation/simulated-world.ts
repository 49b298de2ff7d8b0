import type { DirectorySnapshot } from '@hopsmeter/usage';
import type { Random } from '../harness/random.ts';

export const CLUSTER_ID = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001';

/** 2026-11-22T13:00:00Z in microseconds. */
export const NOW = 1_795_352_400_000_000;

const HOUR = 3_600_000_000;
const ALWAYS = { startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };
/** Each namespace belongs to the user of its name; `late` exists only once the directory has changed. */
const NAMESPACES = ['ada', 'bo', 'late', 'nobody'] as const;

/** The directory with so many of the namespaces. */
export function createWorldSnapshot(version: number, known: readonly string[] = ['ada', 'bo']): DirectorySnapshot {
  const users = known.map((name) => `auth0|${name}`);
  return {
    version: String(version),
    projects: known.map((name) => ({
      id: `project-${name}`,
      clusterId: CLUSTER_ID,
      namespace: name,
      userId: `auth0|${name}`,
      ...ALWAYS,
    })),
    ownerships: users.map((userId) => ({ userId, accountOwnerId: userId, ...ALWAYS })),
    assignments: users.map((userId) => ({ userId, clusterId: CLUSTER_ID, ...ALWAYS })),
    aliases: [],
    clusterLimits: [],
    meters: ['cpu_hours', 'gpu_hours', 'ram_gb_hours'],
    gpuModels: [],
    pricing: {
      cards: [{ id: 'card', name: 'default', creditUsd: 350_000_000_000n, isDefault: true }],
      rates: ['cpu_hours', 'ram_gb_hours'].map((meter) => ({
        id: `rate-${meter}`,
        rateCardId: 'card',
        meter,
        validFrom: 0,
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
}

/** Another version of the directory: nothing else, or `late` besides. */
export function changeWorld({ version }: DirectorySnapshot, random: Random): DirectorySnapshot {
  return createWorldSnapshot(Number(version) + 1, random.chance(50) ? ['ada', 'bo', 'late'] : ['ada', 'bo']);
}

/** An event as a client sends it; its window may cross midnight. */
export function cloudEvent(random: Random, id: string): object {
  // In the past of a clock that is right, and of most that are not.
  const start = NOW / 1_000 - (6 + random.int(30)) * (HOUR / 1_000);
  return {
    id,
    source: `urn:hopsworks:cluster:${CLUSTER_ID}`,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.compute.v1',
    data: {
      namespace: random.pick(NAMESPACES),
      window: {
        start: new Date(start).toISOString(),
        end: new Date(start + (HOUR / 1_000) * (1 + random.int(3))).toISOString(),
      },
      cpuCoreHours: 1 + random.int(5),
      gpuHours: 0,
      ramByteHours: random.int(3) * 2 ** 30,
    },
  };
}
