import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@hopsmeter/db';
import { DemoError } from './demo-error.ts';
import { countRecorded } from './load-directory.ts';

/** Often enough to feel immediate; the question is a sum over some hundred rows. */
const ASK_EVERY_MS = 150;

/** Without any progress for this long, the worker is away: it restarts within seconds and records thousands a second. */
const STALLED_AFTER_MS = 60_000;

export type RecordedGoal = {
  readonly pool: Pool;
  /** Events recorded in all. */
  readonly events: number;
  readonly signal: AbortSignal;
  readonly onProgress: (recorded: number) => void;
};

/**
 * Waits until the pipeline has recorded what was accepted; as long as it takes while there is progress.
 *
 * @throws DemoError when nothing more is recorded for a minute.
 */
export async function waitUntilRecorded({ pool, events, signal, onProgress }: RecordedGoal): Promise<void> {
  let seen = -1;
  let deadline = 0;
  for (;;) {
    const recorded = await countRecorded(pool);
    if (recorded >= events) return;
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
