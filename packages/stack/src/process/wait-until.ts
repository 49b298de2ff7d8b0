import { setTimeout as sleep } from 'node:timers/promises';

/** Often enough that nobody notices the wait, seldom enough to cost nothing: a probe takes about a millisecond. */
const PROBE_EVERY_MS = 25;

/**
 * Asks until the answer is yes. A probe that throws counts as no.
 *
 * @returns whether the answer came within `withinMs` and before `signal` was aborted.
 */
export async function waitUntil(
  probe: () => boolean | Promise<boolean>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (signal?.aborted) return false;
    if (await answersYes(probe)) return true;
    if (performance.now() >= deadline) return false;
    await sleep(PROBE_EVERY_MS);
  }
}

async function answersYes(probe: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await probe();
  } catch {
    return false;
  }
}
