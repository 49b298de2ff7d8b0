import type { Window } from '@hopsmeter/client';
import { SourceError } from '../source-error.ts';

/** HTTP tells whole seconds, and answers travel. */
const TOLERANCE_MS = 2_000;

/**
 * Makes sure that a window was over for the server too when it answered: our clock may be wrong, and what it does not
 * know yet would be taken for no usage. A server that tells no time cannot be checked.
 *
 * @throws SourceError CLOCK_DIFFERS
 */
export function checkIsOver(window: Window, serverTime: number | undefined, whom: string): void {
  if (serverTime === undefined || serverTime + TOLERANCE_MS >= Date.parse(window.end)) return;
  throw differs(`for ${whom} it is ${formatTime(serverTime)}, before the end of the window at ${window.end}`);
}

/**
 * Makes sure that it is within the window for the server of a sample too.
 *
 * @throws SourceError CLOCK_DIFFERS
 */
export function checkIsNow(window: Window, serverTime: number | undefined, whom: string): void {
  if (serverTime === undefined) return;
  const isNow =
    serverTime + TOLERANCE_MS >= Date.parse(window.start) && serverTime - TOLERANCE_MS < Date.parse(window.end);
  if (!isNow)
    throw differs(`for ${whom} it is ${formatTime(serverTime)}, outside of the window from ${window.start} on`);
}

function differs(detail: string): SourceError {
  return new SourceError('CLOCK_DIFFERS', `${detail}; set the clocks of both`);
}

function formatTime(time: number): string {
  return new Date(time).toISOString();
}
