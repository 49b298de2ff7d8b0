import { setTimeout as sleep } from 'node:timers/promises';
import { kindOfFailure, type Pool } from '@hopsmeter/db';
import { DemoError } from './demo-error.ts';
import { countRecorded } from './load-directory.ts';

/** Often enough to feel immediate; the question is a sum over some hundred rows. */
const ASK_EVERY_MS = 150;

/**
 * Without any progress for this long, the worker is away: it restarts within seconds and records thousands a second.
 */
const STALLED_AFTER_MS = 60_000;

export type RecordedGoal = {
  readonly pool: Pool;
  /** Events recorded in all, at least: requests that were sent again may have been taken twice. */
  readonly events: number;
  /** Whether no event waits in the queue or is being recorded. */
  readonly isQueueEmpty: () => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onProgress: (recorded: number) => void;
};

/**
 * Waits until the pipeline has recorded what was accepted; as long as it takes while there is progress. Neither the
 * count nor the queue would do alone: the count is reached too early when something was recorded twice, and an empty
 * queue says nothing about what was lost on the way.
 *
 * @throws DemoError when nothing more is recorded for a minute.
 */
export async function waitUntilRecorded(goal: RecordedGoal): Promise<void> {
  const { pool, events, isQueueEmpty, signal, onProgress } = goal;
  let seen = -1;
  let deadline = performance.now() + STALLED_AFTER_MS;
  for (;;) {
    const recorded = await countUnlessAway(pool, seen);
    if (recorded >= events && (await isQueueEmpty())) return;
    if (recorded !== seen) {
      seen = recorded;
      deadline = performance.now() + STALLED_AFTER_MS;
      onProgress(recorded);
    }
    if (performance.now() > deadline)
      throw new DemoError(
        `the worker has recorded ${recorded} of ${events} events and nothing more for a minute: see its log`,
      );
    await sleep(ASK_EVERY_MS, undefined, { signal });
  }
}

/** A Postgres that is away counts as no progress: it may be starting again. */
async function countUnlessAway(pool: Pool, seen: number): Promise<number> {
  try {
    return await countRecorded(pool);
  } catch (error) {
    if (kindOfFailure(error) === 'retry') return seen;
    throw error;
  }
}
