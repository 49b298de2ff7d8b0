import type { Logger } from './create-logger.ts';

/** What a start function gets: where it registers how to undo each step. */
export type Lifecycle = {
  /** Aborted when stopping begins; a start step that waits for a dependency must give up on it. */
  readonly signal: AbortSignal;
  /** Registers a close step. Steps run in the reverse order of registering; after stopping began, at once. */
  onClose(step: string, close: () => Promise<unknown> | unknown): void;
};

/** A lifecycle as its owner sees it. */
export type OwnedLifecycle = Lifecycle & {
  /** Runs the start function; closing waits for it to settle before it undoes its steps. */
  run(start: () => Promise<void>): Promise<void>;
  /** Runs every close step, though one fails. @returns whether all of them succeeded within the deadline. */
  close(deadlineMs: number): Promise<boolean>;
};

/** Creates a lifecycle: a stack of close steps and the order in which they run. */
export function createLifecycle(logger: Logger): OwnedLifecycle {
  const steps: { readonly step: string; readonly close: () => Promise<unknown> | unknown }[] = [];
  const aborter = new AbortController();
  let started: Promise<unknown> = Promise.resolve();
  let isClean = true;

  const runStep = async (step: string, close: () => Promise<unknown> | unknown): Promise<void> => {
    try {
      await close();
      logger.debug({ step }, 'closed');
    } catch (error) {
      isClean = false;
      const hint = 'nothing acknowledged is lost: what was in hand is done again after the next start';
      logger.error({ err: error, step, hint }, 'a shutdown step failed');
    }
  };

  const closeAll = async (): Promise<void> => {
    await started.catch(() => undefined);
    for (let last = steps.pop(); last !== undefined; last = steps.pop()) await runStep(last.step, last.close);
  };

  return {
    signal: aborter.signal,
    onClose(step, close) {
      steps.push({ step, close });
    },
    run(start) {
      const running = start();
      started = running;
      return running;
    },
    async close(deadlineMs) {
      aborter.abort();
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<'late'>((resolve) => {
        timer = setTimeout(resolve, deadlineMs, 'late');
      });
      const outcome = await Promise.race([closeAll(), deadline]);
      clearTimeout(timer);
      if (outcome !== 'late') return isClean;
      const stepsLeft = steps.map(({ step }) => step);
      const hint = 'what was in hand is done again after the next start; SHUTDOWN_DEADLINE_MS gives more time';
      logger.error({ deadlineMs, stepsLeft, hint }, 'shutdown took longer than its deadline');
      return false;
    },
  };
}
