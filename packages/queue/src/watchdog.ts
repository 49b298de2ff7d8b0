import type { QueueStatus } from './queue-status.ts';

/** Whether a consumer does its work. A worker that stopped consuming looks alive in every other way. */
export type ConsumptionHealth = {
  readonly isHealthy: boolean;
  /** Jobs that nobody had taken when last looked. */
  readonly waiting: number;
  /** How long jobs have been waiting without any being completed here. */
  readonly sinceProgressMs: number;
  /** The queue when last looked; `undefined` while Redis does not answer. */
  readonly status: QueueStatus | undefined;
};

/** Without one completed job for so long while others wait, the process should be restarted. */
const NO_PROGRESS_MAX_MS = 60_000;

const LOOK_EVERY_MS = 5_000;

export type WatchdogOptions = { readonly lookEveryMs?: number; readonly noProgressMaxMs?: number };

/** Watches consumption: looks at the queue from time to time and is told of every completed job. */
export function createWatchdog(
  inspect: () => Promise<QueueStatus>,
  { lookEveryMs = LOOK_EVERY_MS, noProgressMaxMs = NO_PROGRESS_MAX_MS }: WatchdogOptions = {},
) {
  let progressAt = performance.now();
  let status: QueueStatus | undefined;
  const look = async (): Promise<void> => {
    status = await inspect().catch(() => undefined);
    // Nothing waits, or nobody can know: no completion is missing. A restart would not bring Redis back either, nor
    // resume a queue that somebody paused.
    if (status === undefined || status.waiting === 0 || status.isPaused) progressAt = performance.now();
  };
  const timer = setInterval(look, lookEveryMs);
  void look();
  return {
    noteProgress(): void {
      progressAt = performance.now();
    },
    health(): ConsumptionHealth {
      const waiting = status?.waiting ?? 0;
      const sinceProgressMs = waiting === 0 ? 0 : Math.round(performance.now() - progressAt);
      return { isHealthy: sinceProgressMs <= noProgressMaxMs, waiting, sinceProgressMs, status };
    },
    close(): void {
      clearInterval(timer);
    },
  };
}
