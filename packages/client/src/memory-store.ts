import { ClientError } from './client-error.ts';
import { joinPackets, type PackedEvents, packEvents, unpackEvents } from './events/packed-events.ts';
import type { Receipt } from './receipt.ts';
import type { Refusal } from './refusal.ts';
import type { Batch, Outcome } from './sending/batch.ts';
import { createWatch, type Store, type StoreDeps } from './store.ts';

/** One call of `send`. */
type Call = {
  left: number;
  /** Those of them that ingest asked to send later. */
  early: number;
  accepted: number;
  readonly refused: Refusal[];
  readonly since: number;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (reason: unknown) => void;
};

type Waiting = { readonly events: PackedEvents; readonly call: Call };

/** Events that wait in memory, each with the call that brought it. They are lost with the process. */
export function createMemoryStore({ eventsMax, bytesMax, onAdded, onRefused, after }: StoreDeps): Store {
  const queue: Waiting[] = [];
  const calls = new Set<Call>();
  const watch = createWatch();
  let [queuedEvents, waitingBytes] = [0, 0];

  const enqueue = (waiting: Waiting): void => {
    queue.push(waiting);
    queuedEvents += waiting.events.count;
  };

  const settleCall = (call: Call, accepted: number, refused: readonly Refusal[]): void => {
    call.accepted += accepted;
    call.refused.push(...refused);
    call.left -= accepted + refused.length;
    if (call.left > 0) return;
    calls.delete(call);
    call.resolve({ spooled: 0, accepted: call.accepted, refused: call.refused });
  };

  /**
   * Gives each event of a batch to its call. What is refused and early is known by its text: rare, so looking is cheap
   * enough.
   */
  const settle = (taken: readonly Waiting[], { refused, early, retryAfterMs }: Outcome): void => {
    const left = {
      refused: groupByText(refused, ({ event }) => JSON.stringify(event)),
      early: groupByText(early, String),
    };
    for (const { events, call } of taken) {
      const isPlain = refused.length === 0 && early.length === 0;
      const texts = isPlain ? [] : unpackEvents(events);
      const itsRefused = texts.flatMap((text) => left.refused.get(text)?.pop() ?? []);
      const itsEarly = texts.filter((text) => left.early.get(text)?.pop() !== undefined);
      waitingBytes -= events.bytes.length;
      settleCall(call, events.count - itsRefused.length - itsEarly.length, itsRefused);
      if (itsEarly.length > 0) putOff(itsEarly, call, retryAfterMs);
    }
    if (refused.length > 0) onRefused(refused);
    watch.look();
  };

  const putOff = (texts: readonly string[], call: Call, ms: number): void => {
    const packets = packEvents(texts);
    call.early += texts.length;
    waitingBytes += packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
    after(ms, () => {
      call.early -= texts.length;
      for (const events of packets) enqueue({ events, call });
      onAdded();
    });
  };

  return {
    isDurable: false,
    add(packets) {
      const events = packets.reduce((sum, { count }) => sum + count, 0);
      return new Promise((resolve, reject) => {
        const call: Call = {
          left: events,
          early: 0,
          accepted: 0,
          refused: [],
          since: performance.now(),
          resolve,
          reject,
        };
        calls.add(call);
        waitingBytes += packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
        for (const each of packets) enqueue({ events: each, call });
        onAdded();
      });
    },
    waiting: () => (queue.length === 0 ? 'nothing' : queuedEvents >= eventsMax ? 'full' : 'some'),
    async take(): Promise<Batch | undefined> {
      let [count, bytes, length] = [0, 0, 0];
      for (const { events } of queue) {
        if (length > 0 && (count + events.count > eventsMax || bytes + events.bytes.length > bytesMax)) break;
        count += events.count;
        bytes += events.bytes.length;
        length += 1;
      }
      if (length === 0) return undefined;
      const taken = queue.splice(0, length);
      queuedEvents -= count;
      const events = joinPackets(taken.map((waiting) => waiting.events));
      return { events, settle: async (outcome) => settle(taken, outcome) };
    },
    drain() {
      const before = [...calls];
      return watch.until(() => before.every(({ left, early }) => left <= early));
    },
    figures() {
      const oldest = calls.values().next().value?.since;
      const oldestAgeMs = oldest === undefined ? 0 : performance.now() - oldest;
      return { waitingBytes, refusalBytes: 0, damagedBytes: 0, oldestAgeMs };
    },
    async close() {
      for (const call of calls)
        call.reject(
          new ClientError('CLOSED', 'not every event of the call was acknowledged; any of them may have been accepted'),
        );
      calls.clear();
      queue.length = 0;
      watch.end();
    },
  };
}

/** Equal events may be in one batch more than once: each entry is used up. */
function groupByText<T>(items: readonly T[], textOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(textOf(item), [...(groups.get(textOf(item)) ?? []), item]);
  return groups;
}
