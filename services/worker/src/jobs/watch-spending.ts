import { watchSpending as watchSpendingOnce } from '@hopsmeter/db';
import { MICROS_PER_MS } from '@hopsmeter/usage';
import { Counter } from 'prom-client';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** How soon an alert follows the usage that made it. */
const PERIOD_MS = 30_000;

/** Caps that one worker takes at a time; each costs some milliseconds. */
const CAPS_MAX = 20;

/**
 * Compares spending with caps and raises alerts. Workers share the caps: each of them asks every third of the period,
 * and gets those that nobody looked at for a whole one.
 */
export function watchSpending({ pool, logger, registry }: JobContext): PeriodicWork {
  const alerts = new Counter({
    name: 'spending_alerts_raised_total',
    help: 'Spending alerts raised, by percent of the cap',
    labelNames: ['threshold'],
    registers: [registry],
  });
  return {
    name: 'spending',
    everyMs: PERIOD_MS / 3,
    firstWithinMs: PERIOD_MS / 3,
    async round(signal) {
      const failures: unknown[] = [];
      for (let capCount = CAPS_MAX; capCount === CAPS_MAX && !signal.aborted; ) {
        const now = Date.now() * MICROS_PER_MS;
        const watched = await watchSpendingOnce(pool, { now, periodMs: PERIOD_MS, limit: CAPS_MAX });
        for (const threshold of watched.raised) alerts.inc({ threshold: String(threshold) });
        if (watched.raised.length > 0) logger.info({ thresholds: watched.raised }, 'raised spending alerts');
        failures.push(...watched.failures);
        capCount = watched.capCount;
      }
      if (failures.length > 0) throw new AggregateError(failures, 'the spending of some accounts is not known');
    },
  };
}
