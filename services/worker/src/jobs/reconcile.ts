import {
  type CheckOutcome,
  checkNextDay,
  countMissingHours,
  countOverlappingUsage,
  DayNotComparedError,
  kindOfFailure,
  planReconciliation,
  readReconciliationState,
  skipDay,
} from '@hopsmeter/db';
import { Gauge } from 'prom-client';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** A person who asked waits for it. Without work a round is three questions of less than a millisecond. */
const EVERY_MS = 5_000;

/** How old the metrics may be; Prometheus looks about as often. */
const METRICS_EVERY_MS = 15_000;

/** Failures of one day for a passing reason, after which the comparison goes on without it. */
const DAY_ATTEMPTS_MAX = 3;

/**
 * Compares the ledger with the rollup, once an hour and when somebody asks, and exports what was found. It never
 * repairs. Workers take turns, day by day; every one of them exports the same, read from the database.
 */
export function reconcile({ pool, logger, registry }: JobContext): PeriodicWork {
  const registers = [registry];
  const unexplained = new Gauge({
    name: 'unexplained_difference',
    help:
      'Rows of usage_daily that differ from the ledger or from the prices in force, and differences of statements; ' +
      'must be 0. NaN: not known',
    registers,
  });
  const age = new Gauge({
    name: 'reconciliation_age_seconds',
    help: 'Time since a day was last compared; NaN: never, or not known',
    registers,
  });
  const missing = new Gauge({
    name: 'cluster_gaps',
    help: 'Hours of the last 62 days that a cluster, or one of its sources, had to report and did not',
    labelNames: ['cluster'],
    registers,
  });
  const overlapping = new Gauge({
    name: 'overlapping_usage_events',
    help:
      'Events of the last 62 days whose window overlaps that of another one of the same user, project, type and ' +
      'meter; they are counted',
    labelNames: ['cluster'],
    registers,
  });
  // A gauge begins with 0, which would say that all is well.
  const forget = (): void => {
    unexplained.set(Number.NaN);
    age.set(Number.NaN);
    missing.reset();
    overlapping.reset();
  };
  forget();
  let knownUnexplained = 0;
  /** How often days failed, by comparison and day. */
  const failedDays = new Map<string, number>();
  let metricsDueAt = 0;

  const exportMetrics = async (): Promise<void> => {
    if (performance.now() < metricsDueAt) return;
    const [state, hours] = [await readReconciliationState(pool), await countMissingHours(pool)];
    unexplained.set(state.unexplained);
    age.set(state.sinceCheckSeconds ?? Number.NaN);
    missing.reset();
    for (const { clusterId, missingHours } of hours) missing.set({ cluster: clusterId }, missingHours);
    const overlaps = await countOverlappingUsage(pool);
    overlapping.reset();
    for (const { clusterId, eventCount } of overlaps) overlapping.set({ cluster: clusterId }, eventCount);
    metricsDueAt = performance.now() + METRICS_EVERY_MS;
    if (state.unexplained === knownUnexplained) return;
    knownUnexplained = state.unexplained;
    const hint = 'see GET /v1/reconciliations, find the cause, then repair it there';
    if (knownUnexplained > 0) logger.error({ differences: knownUnexplained, hint }, 'the rollup does not add up');
    else logger.info('the rollup adds up again');
  };

  /** A step of the comparison; a day that fails again and again must not keep others waiting. */
  const checkNext = async (): Promise<CheckOutcome> => {
    try {
      return await checkNextDay(pool);
    } catch (error) {
      if (!(error instanceof DayNotComparedError)) throw error;
      const { reconciliationId, day } = error;
      const key = `${reconciliationId} ${day}`;
      const failures = (failedDays.get(key) ?? 0) + 1;
      failedDays.set(key, failures);
      if (kindOfFailure(error) === 'retry' && failures < DAY_ATTEMPTS_MAX) throw error;
      await skipDay(pool, error);
      failedDays.delete(key);
      const hint = 'see the error; then compare it again with POST /v1/reconciliations';
      logger.error(
        { err: error, reconciliationId, day, hint },
        'a day cannot be compared and is left out; others go on',
      );
      return 'checked';
    }
  };

  return {
    name: 'reconcile',
    everyMs: EVERY_MS,
    firstWithinMs: EVERY_MS,
    async round(signal) {
      try {
        await planReconciliation(pool);
        while (!signal.aborted && (await checkNext()) === 'checked') {
          await exportMetrics();
        }
        await exportMetrics();
      } catch (error) {
        forget();
        metricsDueAt = 0;
        throw error;
      }
    },
  };
}
