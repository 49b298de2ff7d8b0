import { setTimeout as delay } from 'node:timers/promises';
import { kindOfFailure, reRatePart } from '@hopsmeter/db';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** How often a worker asks whether a price change waits: people look at its progress a few seconds after they made it. */
const ASK_EVERY_MS = 2_000;

/** A deadlock or a lost connection in a row so often is more than bad luck: the round fails, is logged and comes again. */
const RETRIES_MAX = 5;

/** Lets whoever was in the way finish. */
const RETRY_AFTER_MS = 100;

/**
 * Re-rates what price changes concern, part by part, until none waits. Every part is a transaction that also notes how far
 * the change is, so a round may end, or die, after any of them, and any worker goes on.
 */
export function reRate({ pool, logger }: JobContext): PeriodicWork {
  return {
    name: 're-rate',
    everyMs: ASK_EVERY_MS,
    firstWithinMs: ASK_EVERY_MS,
    async round(signal) {
      let retries = 0;
      while (!signal.aborted)
        try {
          const part = await reRatePart(pool);
          if (part === undefined) return;
          retries = 0;
          const { priceChangeId, changedRows, isApplied } = part;
          if (isApplied) logger.info({ priceChangeId }, 'a price change is applied');
          else logger.debug({ priceChangeId, changedRows }, 'a part was re-rated');
        } catch (error) {
          if (kindOfFailure(error) !== 'retry' || ++retries > RETRIES_MAX) throw error;
          logger.debug({ err: error }, 're-rating a part is tried again');
          await delay(RETRY_AFTER_MS);
        }
    },
  };
}
