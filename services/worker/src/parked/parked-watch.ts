import type { ParkedWork } from '@hopsmeter/db';
import { aboutMs, startWatch, tellChanges, type Watch } from '../attempts/watch.ts';

export type ParkedWatchOptions = {
  readonly readWork: () => Promise<ParkedWork>;
  /** Tries parked events again: those that a person asked for, or those that the directory's version may help. */
  readonly retry: (kind: 'due' | 'changed', directoryVersion: string, signal: AbortSignal) => Promise<void>;
  /** Told when the watch fails for the first time and when it works again. */
  readonly onChange: (failure: unknown) => void;
};

/**
 * A person who registers a project sees its events counted within seconds; the question costs less than a millisecond.
 */
const POLL_MS = 2_000;

/**
 * Also without any change, for what an earlier round could not finish: events whose time to be tried had not come, or
 * that another worker had taken and died with.
 */
const ROUND_EVERY_MS = 60_000;

/**
 * Looks every two seconds whether parked events may have become countable, and has them tried. Any number of workers
 * may watch: they share the rows. Polled, because a notification needs a session, which a transaction pooler does not
 * keep.
 */
export function startParkedWatch({ readWork, retry, onChange }: ParkedWatchOptions): Watch {
  let doneVersion: string | undefined;
  let nextRoundAt = 0;

  const look = async (signal: AbortSignal): Promise<void> => {
    const { directoryVersion, hasDue } = await readWork();
    if (hasDue) await retry('due', directoryVersion, signal);
    if (directoryVersion === doneVersion && performance.now() < nextRoundAt) return;
    await retry('changed', directoryVersion, signal);
    doneVersion = directoryVersion;
    nextRoundAt = performance.now() + ROUND_EVERY_MS;
  };

  return startWatch({ restMs: aboutMs(POLL_MS), round: look, onRound: tellChanges(onChange) });
}
