/**
 * Bodies up to this size are read at once: 200 events take 2 ms. Larger ones, up to 50 ms each, wait for their turn.
 */
export const TURN_BYTES_MIN = 65_536;

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
    // In the next turn of the event loop: what has arrived meanwhile comes first.
    setImmediate(next);
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
