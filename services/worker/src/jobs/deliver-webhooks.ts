import { type DeliveryOutcome, settleDelivery, type TakenDelivery, takeDeliveries } from '@hopsmeter/db';
import { type DeliveryStore, deliverDue } from '../webhooks/deliver-due.ts';
import { createWebhookMetrics } from '../webhooks/webhook-metrics.ts';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** Posts alerts to webhooks, where that is configured. Workers share the deliveries. */
export function deliverWebhooks({ pool, logger, registry, settings }: JobContext): PeriodicWork | undefined {
  const { webhooks } = settings;
  if (webhooks === undefined) return undefined;
  const metrics = createWebhookMetrics(registry);
  const store: DeliveryStore = {
    take: (choice) => takeDeliveries(pool, choice),
    settle: (delivery, outcome) => settleDelivery(pool, delivery, outcome),
  };
  const onOutcome = ({ id, webhookId, alertId, attempt }: TakenDelivery, outcome: DeliveryOutcome): void => {
    metrics.noteOutcome(outcome);
    if (outcome.kind === 'delivered') return;
    const { status, error, retryInMs } = outcome;
    const fields = { deliveryId: id, webhookId, alertId, attempt, status, error };
    const hint =
      'check that the receiver answers 2xx; POST /v1/webhooks/{id}/deliveries/{deliveryId}/retry sends it again';
    if (retryInMs === undefined) logger.error({ ...fields, hint }, 'an alert could not be delivered and was given up');
    else logger.warn({ ...fields, retryInMs, hint }, 'an alert could not be delivered and will be retried');
  };
  return {
    name: 'webhooks',
    everyMs: 5_000,
    firstWithinMs: 5_000,
    round: (signal) => deliverDue({ store, settings: webhooks, onOutcome }, signal),
  };
}
