import { setTimeout as delay } from 'node:timers/promises';
import type { ParkedWork } from '@hopsmeter/db';

export type ParkedWatchOptions = {
  readonly readWork: () => Promise<ParkedWork>;
  /** Tries parked events again: those that a person asked for, or those that the directory's version may help. */
  readonly retry: (kind: 'due' | 'changed', directoryVersion: string, signal: AbortSignal) => Promise<void>;
  /** Told when the watch fails for the first time and when it works again. */
  readonly onChange: (failure: unknown) => void;
};

export type ParkedWatch = {
  /** Ends the part that is in hand and stops. */
  close(): Promise<void>;
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
export function startParkedWatch({ readWork, retry, onChange }: ParkedWatchOptions): ParkedWatch {
  const aborter = new AbortController();
  const { signal } = aborter;
  let doneVersion: string | undefined;
  let nextRoundAt = 0;
  let isFailing = false;

  const look = async (): Promise<void> => {
    const { directoryVersion, hasDue } = await readWork();
    if (hasDue) await retry('due', directoryVersion, signal);
    if (directoryVersion === doneVersion && performance.now() < nextRoundAt) return;
    await retry('changed', directoryVersion, signal);
    doneVersion = directoryVersion;
    nextRoundAt = performance.now() + ROUND_EVERY_MS;
  };

  const note = (failure: unknown): void => {
    if (isFailing === (failure !== undefined) || signal.aborted) return;
    isFailing = failure !== undefined;
    onChange(failure);
  };

  const run = async (): Promise<void> => {
    for (;;) {
      // A tenth more or less, so that workers that started together do not look in step.
      await delay(POLL_MS * (0.9 + Math.random() * 0.2), undefined, { signal, ref: false });
      await look().then(() => note(undefined), note);
    }
  };
  const running = run().catch(() => undefined);
  return {
    close() {
      aborter.abort();
      return running;
    },
  };
}
