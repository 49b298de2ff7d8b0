import {
  claimRemittances,
  countOpenRemittances,
  findRemittanceDifferences,
  type Pool,
  planRemittances,
  settleRemittance,
} from '@hopsmeter/db';
import { MICROS_PER_MS, type Micros } from '@hopsmeter/usage';
import {
  type ExportOptions,
  exportUsage,
  type RemittanceStore,
  StripeUnauthorizedError,
  sendDue,
} from '../stripe/export-usage.ts';
import { createStripeMeterEvents } from '../stripe/stripe-meter-events.ts';
import { createStripeMetrics, type StripeMetrics } from '../stripe/stripe-metrics.ts';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** How often what failed is tried again; each remittance says itself when it is due. */
const RETRY_EVERY_MS = 60_000;

const DECIDE_HINT = 'see GET /v1/stripe/remittances and decide there';
const RETRY_HINT = 'nothing to do unless it goes on: then see the status page of Stripe';

/**
 * Sends usage to Stripe, where it is configured. Any number of workers may: they share the remittances. Each plans once
 * in the interval, so with more workers the same usage goes out in smaller parts; what it adds up to is the same.
 */
export function exportToStripe({ pool, logger, registry, settings }: JobContext): PeriodicWork | undefined {
  const { stripe } = settings;
  if (stripe === undefined) return undefined;
  const metrics = createStripeMetrics(registry);
  const options: ExportOptions = {
    store: createRemittanceStore(pool, stripe.monthGraceHours, () => Date.now() * MICROS_PER_MS),
    meterEvents: createStripeMeterEvents(stripe),
    onOutcome(outcome, { identifier, attempt }) {
      metrics.noteOutcome(outcome.kind);
      if (outcome.kind === 'refused')
        logger.error(
          { identifier, detail: outcome.detail, hint: DECIDE_HINT },
          'stripe refuses a meter event and a person has to look at it',
        );
      else if (outcome.kind !== 'taken')
        logger.warn({ identifier, attempt, ...outcome, hint: RETRY_HINT }, 'a meter event will be sent again later');
    },
    onSetAside: (count) =>
      logger.error({ count, hint: DECIDE_HINT }, 'meter events are waiting for a decision: does stripe have them'),
  };
  let nextPlanAt = 0;
  return {
    name: 'stripe-export',
    everyMs: Math.min(RETRY_EVERY_MS, stripe.intervalMs),
    firstWithinMs: Math.min(RETRY_EVERY_MS, stripe.intervalMs),
    async round(signal) {
      const isPlanning = performance.now() >= nextPlanAt;
      if (isPlanning) nextPlanAt = performance.now() + stripe.intervalMs;
      try {
        await (isPlanning ? exportUsage : sendDue)(options, signal);
        metrics.noteAuthorized(true);
      } catch (error) {
        if (!(error instanceof StripeUnauthorizedError)) throw error;
        metrics.noteAuthorized(false);
        logger.error({ err: error, hint: 'check STRIPE_API_KEY' }, 'stripe rejects our key; nothing is sent');
      }
      metrics.noteOpen(await countOpenRemittances(pool));
      if (isPlanning) await noteDifferences(pool, metrics);
    },
  };
}

/** The remittances of a database, at the time that a clock tells. */
export function createRemittanceStore(pool: Pool, monthGraceHours: number, now: () => Micros): RemittanceStore {
  return {
    plan: () => planRemittances(pool, { now: now(), monthGraceHours }),
    claim: (limit) => claimRemittances(pool, { now: now(), monthGraceHours }, limit),
    settle: (remittance, outcome) => settleRemittance(pool, remittance, outcome, now()),
  };
}

async function noteDifferences(pool: Pool, metrics: StripeMetrics): Promise<void> {
  const differences = await findRemittanceDifferences(pool, Date.now() * MICROS_PER_MS);
  const countOf = (kind: string): number => differences.filter((difference) => difference.kind === kind).length;
  metrics.noteDifferences({ waiting: countOf('waiting'), owed: countOf('owed'), broken: countOf('broken chain') });
}
