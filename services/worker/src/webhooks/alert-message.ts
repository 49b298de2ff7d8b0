import { signWebhook, type TakenDelivery, webhookSecretOf } from '@hopsmeter/db';
import type { WebhookMessage } from './send-webhook.ts';

/** What the message of an alert says, which every attempt says in the same bytes. */
function bodyOf(delivery: TakenDelivery): string {
  const { alertId, accountOwnerId, month, threshold, cap, spent, raisedAt } = delivery;
  return JSON.stringify({
    type: 'spending.threshold_reached',
    timestamp: raisedAt,
    data: { alertId, accountOwnerId, month, threshold, currency: 'USD', cap, spentExact: spent },
  });
}

/**
 * The signed message of an alert. Its id is the alert's, for every attempt and every endpoint, so that a receiver can
 * tell a message that it had.
 *
 * @param nowMs when the attempt is made; a receiver refuses messages that are too old.
 */
export function messageOf(delivery: TakenDelivery, signingKey: string, nowMs: number): WebhookMessage {
  const id = `msg_${delivery.alertId}`;
  const timestamp = Math.floor(nowMs / 1_000);
  const body = bodyOf(delivery);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'hopsmeter',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook(webhookSecretOf(signingKey, delivery.webhookId), { id, timestamp, body }),
    },
    body,
  };
}
