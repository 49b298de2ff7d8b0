import { createEvents, type PostedEvent } from '../harness/events.ts';
import type { Oracle } from '../harness/oracle.ts';
import type { Random } from '../harness/random.ts';
import type { TestProject, TestWorld } from '../harness/world.ts';

/** What is expected in the end, written down while events are made. */
export type Expectation = {
  readonly oracle: Oracle;
  /** Events that are to be in the ledger, by the beginning of their ids. */
  readonly counted: Map<string, number>;
  /** Events that are to stay parked, by reason. */
  readonly parked: Map<string, number>;
};

/** An event, and what else was made of it. */
export type MadeEvent = {
  readonly event: PostedEvent;
  /** Whether it is recorded as soon as it arrives; only of those another content is a conflict. */
  readonly isPlain: boolean;
};

/** Makes the usage of one cluster. */
export type EventSource = {
  next(): MadeEvent;
  /**
   * The same id with another content; expected to be parked as a conflict. Once for an event, when that is recorded.
   */
  conflictOf(event: PostedEvent): PostedEvent;
};

export type EventSourceOptions = {
  readonly random: Random;
  readonly world: TestWorld;
  readonly clusterId: string;
  readonly lateProject: TestProject | undefined;
  /** Beginning of all ids. */
  readonly prefix: string;
  readonly expectation: Expectation;
  /** Told what was mixed in. */
  readonly onSpecial: (what: string) => void;
};

/** Ingest refuses what is more than minutes ahead: an hour of skew and the lengths of windows stay behind it. */
const AGE_MIN_MS = 2 * 3_600_000;

/** Late usage: well before every price change, and well within the 400 days that ingest takes. */
const LATE_MS = 250 * 86_400_000;

/** Events are made so many at a time: one at a time would pay for the list of projects each time. */
const BLOCK = 64;

export function createEventSource(options: EventSourceOptions): EventSource {
  const { random, world, clusterId, lateProject, prefix, expectation, onSpecial } = options;
  const known = world.projects.filter((project) => project.clusterId === clusterId && project !== lateProject);
  const registered = { ...world, projects: known };
  let block: PostedEvent[] = [];
  let made = 0;

  const nextPlain = (): PostedEvent => {
    if (block.length === 0) {
      const isLate = random.chance(3);
      block = createEvents(random, registered, BLOCK, Date.now() - AGE_MIN_MS - (isLate ? LATE_MS : 0));
      if (isLate) onSpecial('events 250 days late');
    }
    const event = block.pop();
    if (event === undefined) throw new Error('no events were made');
    return { ...event, id: `${prefix}${made++}`, data: toTwelveDecimals(event.data) };
  };

  const park = (reason: string): void => {
    expectation.parked.set(reason, (expectation.parked.get(reason) ?? 0) + 1);
  };

  const count = (event: PostedEvent): void => {
    expectation.oracle.add(event);
    expectation.counted.set(prefix, (expectation.counted.get(prefix) ?? 0) + 1);
  };

  return {
    next() {
      const event = nextPlain();
      if (random.chance(1)) {
        onSpecial('implausible events');
        park('implausible');
        return { event: toCompute(event, 1_000_000), isPlain: false };
      }
      if (random.chance(1)) {
        onSpecial('events of an unknown meter');
        park('unknown_meter');
        const { namespace } = event.data;
        const data = { meter: 'nobody_knows', quantity: 1, namespace };
        return { event: { ...event, type: 'ai.hopsworks.usage.meter.v1', data }, isPlain: false };
      }
      if (lateProject !== undefined && random.chance(2)) {
        const { subject: _, ...rest } = event;
        const late = { ...rest, data: { ...event.data, namespace: lateProject.namespace } };
        count(late);
        return { event: late, isPlain: false };
      }
      count(event);
      return { event, isPlain: true };
    },
    conflictOf(event) {
      onSpecial('the same id with another content');
      park('conflict');
      return toCompute(event, 7.125);
    },
  };
}

/**
 * An ingest of the release before rounds to 12 decimals, so only what has no more comes to the same through either: 3
 * MiB over whole minutes, and nothing over windows with microseconds.
 */
function toTwelveDecimals(data: PostedEvent['data']): PostedEvent['data'] {
  const hasMicros = /\.\d{6}Z/.test(JSON.stringify(data.window ?? ''));
  const isStorage = 'onlineBytes' in data;
  const fields = Object.entries(data).map(([name, value]): [string, unknown] => {
    if (!/[bB]yte/.test(name)) return [name, value];
    return [name, isStorage && hasMicros ? 0 : Math.floor(Number(value) / STEP_BYTES) * STEP_BYTES];
  });
  return Object.fromEntries(fields);
}

const STEP_BYTES = 3 * 2 ** 20;

/** The event as one hour of so many core hours, which no event of the source is by itself. */
function toCompute(event: PostedEvent, cpuCoreHours: number): PostedEvent {
  const end = Date.now() - AGE_MIN_MS;
  return {
    ...event,
    type: 'ai.hopsworks.usage.compute.v1',
    data: {
      namespace: event.data.namespace,
      window: { start: new Date(end - 3_600_000).toISOString(), end: new Date(end).toISOString() },
      cpuCoreHours,
      gpuHours: 0,
      ramByteHours: 0,
    },
  };
}
