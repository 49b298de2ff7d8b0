import { purgeExpiredEvents } from '@hopsmeter/db';
import { LEDGER_RETENTION_DAYS, MICROS_PER_MS, usageDayOf } from '@hopsmeter/usage';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/**
 * Days that an event may wait in the queue or be re-sent beyond the retention that ingest enforces, before its ledger
 * row may go.
 */
const PURGE_MARGIN_DAYS = 10;

/** Removes ledger rows that no event can be a copy of any more. Hourly, so that each round stays small. */
export function purgeLedger({ pool, logger }: JobContext): PeriodicWork {
  return {
    name: 'purge',
    everyMs: 3_600_000,
    firstWithinMs: 300_000,
    async round(signal) {
      const before = usageDayOf(Date.now() * MICROS_PER_MS) - LEDGER_RETENTION_DAYS - PURGE_MARGIN_DAYS;
      let purged = 0;
      for (let last = -1; last !== 0 && !signal.aborted; purged += last) last = await purgeExpiredEvents(pool, before);
      if (purged > 0) logger.info({ purged }, 'removed ledger rows beyond the retention');
    },
  };
}
