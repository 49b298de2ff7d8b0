import { type BatchJobData, encodeBatch } from '@hopsmeter/queue';
import type { Batch } from '@hopsmeter/usage';
import type { Random } from '../harness/random.ts';

export type SimulatedJob = { readonly data: BatchJobData };

/** A queue as Redis and BullMQ promise it, and no more: at least once, in any order. */
export type SimulatedQueue = {
  /** What was ever added. */
  readonly added: readonly Batch[];
  readonly isEmpty: boolean;
  /** Adds a batch. @throws when it was not added, and when it was and the answer is lost. */
  add(batch: Batch): void;
  take(): SimulatedJob | undefined;
  /** Its worker has died, or seemed to. */
  giveBack(job: SimulatedJob): void;
  complete(job: SimulatedJob): void;
  /** Resolves when there may be something to take, or when `wake` is called. */
  changed(): Promise<void>;
  wake(): void;
};

export function createQueue(random: Random, faultPercent: () => number): SimulatedQueue {
  const added: Batch[] = [];
  const waiting: SimulatedJob[] = [];
  const active = new Set<SimulatedJob>();
  const sleepers: (() => void)[] = [];
  const wake = (): void => {
    for (const sleeper of sleepers.splice(0)) sleeper();
  };
  return {
    added,
    get isEmpty() {
      return waiting.length + active.size === 0;
    },
    add(batch) {
      if (random.chance(faultPercent())) throw new Error('redis is away');
      const data = encodeBatch(batch);
      added.push(batch);
      waiting.push({ data });
      wake();
      if (random.chance(faultPercent())) throw new Error('the answer is lost');
    },
    take() {
      const [job] = waiting.splice(random.int(waiting.length), 1);
      if (job === undefined) return undefined;
      active.add(job);
      // The lock of a job that is in work can run out: then somebody else gets it too.
      if (random.chance(faultPercent())) waiting.push({ data: job.data });
      return job;
    },
    giveBack(job) {
      if (active.delete(job)) waiting.push(job);
      wake();
    },
    complete(job) {
      active.delete(job);
      wake();
    },
    changed: () => new Promise((resolve) => sleepers.push(resolve)),
    wake,
  };
}
