/**
 * Bodies up to this size are read at once: 200 events take 2 ms. Larger ones, up to 50 ms each, wait for their turn.
 */
export const TURN_BYTES_MIN = 65_536;

/** No honest body holds the event loop for so long; afterwards it is the others' for as long as the body had it. */
const LONG_MS = 100;

/** Work on a body, in steps between which others may be served; ends with its result. */
export type Steps<T> = Generator<void, T, void>;

export type Turns = {
  /**
   * Works on a large body when it is the turn of its key: one step in each turn of the event loop, one body at a time.
   *
   * @throws what the work throws.
   */
  run<T>(keyId: string, steps: Steps<T>): Promise<T>;
};

/** Works on a body at once. @throws what the work throws. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Takes a step; says whether it was the last. Never throws. */
type TakeStep = () => boolean;

/**
 * Lets keys take turns with large bodies. Without it a sender with many connections has all its bodies read, one after
 * the other, before whoever comes next: with eight of 1,000 events each, everybody else waits 100 ms. Now small bodies
 * go between the steps, and of large ones each key waits for one of every other key.
 */
export function createTurns(): Turns {
  /** Keys in the order of their turns, each with its bodies in the order of arrival. */
  const waiting = new Map<string, TakeStep[]>();
  let isGoing = false;

  const next = (): void => {
    const [first] = waiting;
    if (first === undefined) {
      isGoing = false;
      return;
    }
    const [keyId, bodies] = first;
    const takeStep = bodies.shift();
    waiting.delete(keyId);
    if (bodies.length > 0) waiting.set(keyId, bodies);
    if (takeStep !== undefined) goOn(takeStep, 0);
  };

  const goOn = (takeStep: TakeStep, tookBeforeMs: number): void => {
    const startedAt = performance.now();
    const isLast = takeStep();
    const tookMs = tookBeforeMs + performance.now() - startedAt;
    // In a later turn of the event loop: what has arrived meanwhile comes first.
    if (!isLast) setImmediate(goOn, takeStep, tookMs);
    else if (tookMs < LONG_MS) setImmediate(next);
    else setTimeout(next, tookMs);
  };

  return {
    run: (keyId, steps) =>
      new Promise((resolve, reject) => {
        const takeStep = (): boolean => {
          try {
            const { done, value } = steps.next();
            if (done) resolve(value);
            return done === true;
          } catch (error) {
            reject(error);
            return true;
          }
        };
        const bodies = waiting.get(keyId);
        if (bodies === undefined) waiting.set(keyId, [takeStep]);
        else bodies.push(takeStep);
        if (isGoing) return;
        isGoing = true;
        setImmediate(next);
      }),
  };
}
