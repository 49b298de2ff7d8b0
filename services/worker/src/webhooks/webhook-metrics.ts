import type { DeliveryOutcome } from '@hopsmeter/db';
import { Counter, type Registry } from 'prom-client';

export type WebhookMetrics = { noteOutcome(outcome: DeliveryOutcome): void };

/** Metrics of what is posted to webhooks. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts to deliver an alert; dead: the last one failed too and nobody will be told',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['delivered', 'failed', 'dead']) attempts.inc({ outcome }, 0);
  return {
    noteOutcome(outcome) {
      const isDead = outcome.kind === 'failed' && outcome.retryInMs === undefined;
      attempts.inc({ outcome: isDead ? 'dead' : outcome.kind });
    },
  };
}
