import { setTimeout as delay } from 'node:timers/promises';
import { kindOfFailure, PartNotReRatedError, reRatePart } from '@hopsmeter/db';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/**
 * How often a worker asks whether a price change waits: people look at its progress a few seconds after they made it.
 */
const ASK_EVERY_MS = 2_000;

/** A deadlock or a lost connection in a row so often is more than bad luck: the change waits for later rounds. */
const RETRIES_MAX = 5;

/** Lets whoever was in the way finish. */
const RETRY_AFTER_MS = 100;

/** How long a change that failed is left alone: the others go on meanwhile, and people have time to read why. */
const FAILED_WAIT_MS = 60_000;

/**
 * Re-rates what price changes concern, part by part, until none waits. Changes take turns, so a large one does not keep
 * others waiting, and one that fails is passed over for a while. Every part is a transaction that also notes how far
 * the change is, so a round may end, or die, after any of them, and any worker goes on.
 */
export function reRate({ pool, logger }: JobContext): PeriodicWork {
  /** Until when changes that failed are left alone. */
  const leftAlone = new Map<string, number>();
  return {
    name: 're-rate',
    everyMs: ASK_EVERY_MS,
    firstWithinMs: ASK_EVERY_MS,
    async round(signal) {
      /** Changes that had their turn, the longest ago first. */
      const after = new Set<string>();
      let retries = 0;
      while (!signal.aborted)
        try {
          for (const [id, until] of leftAlone) if (until <= performance.now()) leftAlone.delete(id);
          const part = await reRatePart(pool, undefined, { after: [...after], except: [...leftAlone.keys()] });
          if (part === undefined) return;
          retries = 0;
          const { priceChangeId, changedRows, isApplied } = part;
          after.delete(priceChangeId);
          after.add(priceChangeId);
          if (isApplied) logger.info({ priceChangeId }, 'a price change was applied');
          else logger.debug({ priceChangeId, changedRows }, 'a part was re-rated');
        } catch (error) {
          if (kindOfFailure(error) === 'retry' && ++retries <= RETRIES_MAX) {
            logger.debug({ err: error }, 're-rating a part will be retried');
            await delay(RETRY_AFTER_MS);
            continue;
          }
          if (!(error instanceof PartNotReRatedError)) throw error;
          const { priceChangeId } = error;
          leftAlone.set(priceChangeId, performance.now() + FAILED_WAIT_MS);
          retries = 0;
          const hint = 'it is tried again in minutes; GET /v1/price-changes shows how far it is';
          logger.error({ err: error, priceChangeId, hint }, 'a price change cannot be applied now; others continue');
        }
    },
  };
}
