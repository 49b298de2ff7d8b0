import { instantText } from '../sql/instant.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** How far an alert got on its way to an endpoint. */
export type DeliveryRow = {
  readonly id: string;
  readonly alertId: string;
  readonly webhookId: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: string;
  readonly lastAttemptAt: string | null;
  /** Null once it is delivered or dead. */
  readonly nextAttemptAt: string | null;
  readonly deliveredAt: string | null;
  readonly deadAt: string | null;
  /** HTTP status of the last answer; null when there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
};

/** Columns of a {@link DeliveryRow}. */
export const DELIVERY_COLUMNS = `
  id, spending_alert_id as "alertId", webhook_endpoint_id as "webhookId",
  case when delivered_at is not null then 'delivered' when dead_at is not null then 'dead' else 'pending' end as status,
  attempts, ${instantText('created_at')} as "createdAt", ${instantText('last_attempt_at')} as "lastAttemptAt",
  ${instantText('next_attempt_at')} as "nextAttemptAt", ${instantText('delivered_at')} as "deliveredAt",
  ${instantText('dead_at')} as "deadAt", last_status as "lastStatus", last_error as "lastError"
`;
