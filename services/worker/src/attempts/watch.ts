import { setTimeout as delay } from 'node:timers/promises';

export type WatchOptions = {
  /** How long to rest before a round; rounds count from 1. */
  readonly restMs: (round: number) => number;
  /** Gets a signal that is aborted on close. */
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** Told how each round ended: with what it failed, or undefined. Not told of a round that was closed meanwhile. */
  readonly onRound: (failure: unknown) => void;
};

export type Watch = {
  /** Begins a round soon, not only after the rest; one more round, when one is running. */
  wake(): void;
  /** Aborts the round that runs, waits for its end and runs no other. */
  close(): Promise<void>;
};

/** Makes rounds with rests between them until closed, whether they succeed or not. */
export function startWatch({ restMs, round, onRound }: WatchOptions): Watch {
  const closer = new AbortController();
  const { signal } = closer;
  let waker = new AbortController();

  const run = async (): Promise<void> => {
    for (let number = 1; !signal.aborted; number++) {
      // It fails only when it is cut short, which is what whoever wakes or closes wants.
      await delay(restMs(number), undefined, { signal: waker.signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // Renewed before the round: whoever wakes it during the round wants another one.
      waker = new AbortController();
      const failure = await round(signal).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!signal.aborted) onRound(failure);
    }
  };
  const running = run();
  return {
    wake: () => waker.abort(),
    close() {
      closer.abort();
      waker.abort();
      return running;
    },
  };
}

/** A rest that is a tenth longer or shorter each time, so that workers that started together do not move in step. */
export function aboutMs(restMs: number): () => number {
  return () => restMs * (0.9 + Math.random() * 0.2);
}

/** Turns how rounds end into news: the first failure, and undefined when it works again. */
export function tellChanges(onChange: (failure: unknown) => void): (failure: unknown) => void {
  let isFailing = false;
  return (failure) => {
    if (isFailing === (failure !== undefined)) return;
    isFailing = failure !== undefined;
    onChange(failure);
  };
}
