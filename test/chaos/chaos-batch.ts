import type { PostedEvent } from '../harness/events.ts';
import type { Random } from '../harness/random.ts';
import type { EventSource } from './event-source.ts';
import { poisonOf } from './poison.ts';
import type { Tally } from './tally.ts';

/** What a client sends, unchanged, until it is acknowledged, and again whenever it may have been lost. */
export type ChaosBatch = {
  readonly number: number;
  readonly body: string;
  /** Copies and conflicts included. */
  readonly good: number;
  readonly poison: number;
  /** Good events as they were made; for what is made of them later. */
  readonly events: readonly PostedEvent[];
  /** Of these another content is a conflict once the batch is recorded. */
  readonly plain: readonly PostedEvent[];
  sends: number;
};

/** Makes batches of new events, copies of earlier ones, conflicts with recorded ones and poison, in any order. */
export type BatchMaker = {
  next(): ChaosBatch;
  /** From now on its events are in the ledger. */
  noteRecorded(batch: ChaosBatch): void;
};

export type BatchMakerOptions = {
  readonly random: Random;
  readonly source: EventSource;
  readonly clusterId: string;
  readonly prefix: string;
  readonly tally: Tally;
};

/** Events of earlier batches that are kept for copies, and for conflicts. */
const KEPT_MAX = 300;

export function createBatchMaker({ random, source, clusterId, prefix, tally }: BatchMakerOptions): BatchMaker {
  const urn = `urn:hopsworks:cluster:${clusterId}`;
  /** Sent or not, recorded or not: a copy of any of them changes nothing. */
  const earlier: PostedEvent[] = [];
  const recorded: PostedEvent[] = [];
  let number = 0;

  const keep = (kept: PostedEvent[], events: readonly PostedEvent[]): void => {
    kept.push(...events.filter(() => random.chance(10)));
    kept.splice(0, Math.max(0, kept.length - KEPT_MAX));
  };

  const takeConflict = (): PostedEvent[] => {
    const place = random.int(Math.max(1, recorded.length));
    const [event] = random.chance(20) ? recorded.splice(place, 1) : [];
    return event === undefined ? [] : [source.conflictOf(event)];
  };

  return {
    next() {
      const size = 1 + random.int(random.pick([1, 20, 100, 400]));
      const made = Array.from({ length: size }, () => source.next());
      const events = made.map(({ event }) => event);
      const copies = earlier.length > 0 && random.chance(30) ? [random.pick(earlier), ...events.slice(0, 1)] : [];
      if (copies.length > 0) tally.count('copies within and across batches', copies.length);
      const conflicts = takeConflict();
      const poison = random.chance(10) ? [poisonOf(urn, `${prefix}p${number}`, random.int(64))] : [];
      if (poison.length > 0) tally.count('poison events');
      const good = [...events, ...copies, ...conflicts];
      const texts = random.shuffle([...good.map((event) => JSON.stringify(event)), ...poison]);
      keep(earlier, events);
      return {
        number: number++,
        body: `[${texts.join(',')}]`,
        good: good.length,
        poison: poison.length,
        events,
        plain: made.flatMap(({ event, isPlain }) => (isPlain ? [event] : [])),
        sends: 0,
      };
    },
    noteRecorded: ({ plain }) => keep(recorded, plain),
  };
}
