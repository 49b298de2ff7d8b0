import { setTimeout as delay } from 'node:timers/promises';
import type { Backlog, Batch } from './batch.ts';

/** Hands batches out to senders: full ones at once, others when their events have waited for company. */
export type BatchQueue = {
  /** The next batch; `undefined` when the queue is closed. */
  next(): Promise<Batch | undefined>;
  /** Something was added. */
  notify(): void;
  /** What is there now does not wait for company. */
  hurry(): void;
  close(): void;
};

/** After a backlog could not be read. */
const READ_AGAIN_MS = 1_000;

export function createBatchQueue(
  backlog: Backlog,
  batchWaitMs: number,
  onReadError: (error: unknown) => void,
): BatchQueue {
  const closer = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();
  let wake: (() => void) | undefined;
  let isHurried = false;

  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  /** Waits until a batch is worth sending. */
  const gather = async (): Promise<void> => {
    while (backlog.waiting() === 'nothing' && !closer.signal.aborted) await changed();
    const deadline = performance.now() + batchWaitMs;
    while (backlog.waiting() === 'some' && !isHurried && !closer.signal.aborted) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return;
      const done = new AbortController();
      await Promise.race([changed(), delay(leftMs, undefined, { signal: done.signal }).catch(() => undefined)]);
      done.abort();
    }
  };

  const take = async (): Promise<Batch | undefined> => {
    while (!closer.signal.aborted) {
      await gather();
      if (closer.signal.aborted) return undefined;
      try {
        const batch = await backlog.take();
        if (backlog.waiting() === 'nothing') isHurried = false;
        if (batch !== undefined) return batch;
      } catch (error) {
        onReadError(error);
        await delay(READ_AGAIN_MS, undefined, { signal: closer.signal }).catch(() => undefined);
      }
    }
    return undefined;
  };

  return {
    next() {
      const taken = turn.then(take);
      turn = taken;
      return taken;
    },
    notify() {
      wake?.();
    },
    hurry() {
      isHurried = backlog.waiting() !== 'nothing';
      wake?.();
    },
    close() {
      closer.abort();
      wake?.();
    },
  };
}
