import type { Random } from './random.ts';
import type { TestProject, TestWorld } from './world.ts';

/** A usage event as a cluster posts it. */
export type PostedEvent = {
  readonly id: string;
  readonly source: string;
  readonly specversion: '1.0';
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const HOUR = 3_600_000;

/**
 * Makes random events of every type: hours, windows over one and several midnights, instants, quantities as numbers and
 * as decimal strings with up to 12 decimals.
 */
export function createEvents(random: Random, world: TestWorld, count: number, latest: number): PostedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    createEvent(random, random.pick(world.projects), `e-${index}`, latest),
  );
}

function createEvent(random: Random, project: TestProject, id: string, latest: number): PostedEvent {
  const window = createWindow(random, latest);
  const { type, data } = random.pick(SHAPES)(random, project.namespace, window);
  return {
    id,
    source: `urn:hopsworks:cluster:${project.clusterId}`,
    specversion: '1.0',
    type: `ai.hopsworks.usage.${type}.v1`,
    time: window.end,
    ...(random.chance(20) ? { subject: project.userId } : {}),
    data,
  };
}

type Window = { readonly start: string; readonly end: string };

function createWindow(random: Random, latest: number): Window {
  // Microseconds on some ends: they are part of the promise too.
  // From two minutes on, so that two GPU hours are no more GPUs than are plausible.
  const length = random.pick([HOUR, HOUR, HOUR, HOUR / 4, 7 * HOUR, 50 * HOUR, 60_000 * (2 + random.int(3_000))]);
  const start = latest - length - random.int(60 * 24) * HOUR - random.int(60) * 60_000;
  const text = (ms: number): string => new Date(ms).toISOString();
  if (!random.chance(5)) return { start: text(start), end: text(start + length) };
  return { start: text(start).replace('Z', `${random.int(10)}${random.int(10)}7Z`), end: text(start + length) };
}

function decimal(random: Random, wholeBelow: number): number | string {
  const fraction = Array.from({ length: random.int(13) }, () => random.int(10)).join('');
  const text = fraction === '' ? String(random.int(wholeBelow)) : `${random.int(wholeBelow)}.${fraction}`;
  return random.chance(50) ? text : Number(text);
}

type Shape = (random: Random, namespace: string, window: Window) => { type: string; data: Record<string, unknown> };

const SHAPES: readonly Shape[] = [
  (random, namespace, window) => ({
    type: 'compute',
    data: {
      namespace,
      window,
      cpuCoreHours: decimal(random, 8),
      gpuHours: random.chance(20) ? decimal(random, 2) : 0,
      ramByteHours: decimal(random, 64 * 2 ** 30),
    },
  }),
  (random, namespace, window) => ({
    type: 'storage',
    data: { namespace, window, onlineBytes: random.int(2 ** 31), offlineBytes: decimal(random, 2 ** 40) },
  }),
  (random, namespace, window) => ({
    type: 'network',
    data: { namespace, window, egressBytes: String(random.int(2 ** 31)) },
  }),
  (random, namespace, window) => ({
    type: 'meter',
    data: {
      meter: 'model_calls',
      quantity: decimal(random, 100_000),
      namespace,
      ...(random.chance(50) ? { window } : {}),
    },
  }),
];
