import { StackError } from '../stack-error.ts';
import type { RunningProcess } from './run-process.ts';
import { waitUntil } from './wait-until.ts';

/** What to wait for, and what to show when it does not come. */
export interface Readiness {
  readonly name: string;
  readonly isReady: () => boolean | Promise<boolean>;
  readonly withinMs: number;
  /** The end of the log, for the error. */
  readonly tail: () => string;
}

/**
 * Waits until a started process does its work; stops it when that fails.
 *
 * @throws StackError `NOT_READY` with the end of the log, at once when the process ended and else at the deadline.
 */
export async function becomeReady(started: RunningProcess, readiness: Readiness): Promise<void> {
  const { name, isReady, withinMs, tail } = readiness;
  const over = new AbortController();
  void started.exited.then(() => over.abort());
  if ((await waitUntil(isReady, withinMs, over.signal)) && !started.hasExited()) return;
  const happened = started.hasExited()
    ? 'ended before it was ready'
    : `was not ready within ${withinMs / 1000} seconds`;
  await started.stop();
  throw new StackError('NOT_READY', `${name} ${happened}. The end of its log:\n${tail()}`);
}
