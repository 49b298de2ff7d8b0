/**
 * Bodies up to this size are read at once: 200 events take 2 ms. Larger ones, up to 50 ms each, wait for their turn.
 */
export const TURN_BYTES_MIN = 65_536;

/** No honest body holds the event loop for so long; afterwards it is the others' for as long as the body had it. */
const LONG_MS = 100;

export type Turns = {
  /** Resolves when it is the turn of one body of this key; it must be worked on without waiting. */
  take(keyId: string): Promise<void>;
};

/**
 * Lets keys take turns with large bodies, one body for each turn of the event loop. Without it a sender with many connections
 * has all its bodies read, one after the other, before whoever comes next: with eight of 1,000 events each, everybody else
 * waits 100 ms. Now small bodies go between them, and of large ones each key waits for one of every other key.
 */
export function createTurns(): Turns {
  /** Keys in the order of their turns, each with its bodies in the order of arrival. */
  const waiting = new Map<string, (() => void)[]>();
  let isGoing = false;

  const next = (): void => {
    const [first] = waiting;
    if (first === undefined) {
      isGoing = false;
      return;
    }
    const [keyId, bodies] = first;
    const start = bodies.shift();
    waiting.delete(keyId);
    if (bodies.length > 0) waiting.set(keyId, bodies);
    start?.();
    const startedAt = performance.now();
    // After the work, which begins in the microtask of the promise just resolved.
    queueMicrotask(() => {
      const tookMs = performance.now() - startedAt;
      // In a later turn of the event loop: what has arrived meanwhile comes first, and an answer takes several turns.
      if (tookMs < LONG_MS) setImmediate(next);
      else setTimeout(next, tookMs);
    });
  };

  return {
    take: (keyId) =>
      new Promise((resolve) => {
        const bodies = waiting.get(keyId);
        if (bodies === undefined) waiting.set(keyId, [resolve]);
        else bodies.push(resolve);
        if (isGoing) return;
        isGoing = true;
        setImmediate(next);
      }),
  };
}
