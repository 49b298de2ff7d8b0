import { setTimeout as delay } from 'node:timers/promises';

/** Faults last seconds to a minute; whatever does not work for three is broken. */
const WITHIN_MS = 180_000;

const PAUSE_MS = 200;

/**
 * Does something until it works, as a person at a system in trouble does.
 *
 * @throws the last error, when it has not worked for three minutes.
 */
export async function persist<T>(attempt: () => Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
}
