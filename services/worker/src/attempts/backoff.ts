import { setTimeout as delay } from 'node:timers/promises';

/** The first wait covers two transactions that met; a dependency that is away reaches the longest after 8 attempts. */
const FIRST_WAIT_MS = 20;

/** Long enough not to hammer a database that is starting, short enough to be back at work soon after it is. */
const LONGEST_WAIT_MS = 5_000;

/** Waits before attempt number `attempt` (from 1): doubling, with full jitter so that workers do not move in step. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 16));
  await delay(Math.random() * longest, undefined, { signal });
}
