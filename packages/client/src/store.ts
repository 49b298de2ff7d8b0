import type { StoreFigures } from './client-stats.ts';
import type { PackedEvents } from './events/packed-events.ts';
import type { Receipt } from './receipt.ts';
import type { Refusal } from './refusal.ts';
import type { Backlog } from './sending/batch.ts';

/** Where events are from `send` until they are acknowledged. */
export type Store = Backlog & {
  /** Whether what waits outlives the process. */
  readonly isDurable: boolean;
  /** Resolves when the events are what `send` promises: on disk, or acknowledged. */
  add(packets: readonly PackedEvents[]): Promise<Receipt>;
  /** Resolves when everything that is here now has left, but for what ingest asked to send later. */
  drain(): Promise<void>;
  figures(): StoreFigures;
  /** Whoever still waits is told that it is closed. */
  close(): Promise<void>;
};

/** What every store is given. */
export type StoreDeps = {
  readonly eventsMax: number;
  readonly bytesMax: number;
  /** Something can be taken. */
  readonly onAdded: () => void;
  /** Told after refusals are kept, where they are. */
  readonly onRefused: (refusals: readonly Refusal[]) => void;
  /** Calls back after so many milliseconds, unless the client is closed by then. */
  readonly after: (ms: number, callback: () => void) => void;
};

/** Those who wait for something that only looking tells. */
export function createWatch(): { until(isReached: () => boolean): Promise<void>; look(): void; end(): void } {
  let waiting: { readonly isReached: () => boolean; readonly resolve: () => void }[] = [];
  return {
    until: (isReached) =>
      isReached() ? Promise.resolve() : new Promise((resolve) => waiting.push({ isReached, resolve })),
    look() {
      const reached = waiting.filter(({ isReached }) => isReached());
      waiting = waiting.filter((each) => !reached.includes(each));
      for (const { resolve } of reached) resolve();
    },
    end() {
      for (const { resolve } of waiting.splice(0)) resolve();
    },
  };
}
