import { setTimeout as delay } from 'node:timers/promises';

export type DeferredWatchOptions = {
  readonly settle: (signal: AbortSignal) => Promise<void>;
  /** Told when the watch fails for the first time and when it works again. */
  readonly onChange: (failure: unknown) => void;
};

export type DeferredWatch = {
  /** Settles soon, not only with the next look: a batch with corrections or manifests was recorded. */
  wake(): void;
  /** Ends the part that is in hand and stops. */
  close(): Promise<void>;
};

/** An original that comes after its correction is corrected within seconds; a look that finds nothing takes 3 ms. */
const POLL_MS = 2_000;

/** Looks every two seconds, and when it is woken, whether corrections and manifests can be settled. */
export function startDeferredWatch({ settle, onChange }: DeferredWatchOptions): DeferredWatch {
  const closer = new AbortController();
  let waker = new AbortController();
  let isFailing = false;

  const note = (failure: unknown): void => {
    if (isFailing === (failure !== undefined) || closer.signal.aborted) return;
    isFailing = failure !== undefined;
    onChange(failure);
  };

  const rest = async (): Promise<void> => {
    // A tenth more or less, so that workers that started together do not look in step.
    const restMs = POLL_MS * (0.9 + Math.random() * 0.2);
    await delay(restMs, undefined, { signal: waker.signal, ref: false }).catch(() => undefined);
    // Renewed before the round: whoever wakes it during the round wants another one.
    waker = new AbortController();
  };

  const run = async (): Promise<void> => {
    for (;;) {
      await rest();
      if (closer.signal.aborted) return;
      await settle(closer.signal).then(() => note(undefined), note);
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
