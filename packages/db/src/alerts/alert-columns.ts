import type { Cents } from '@hopsmeter/usage';
import { monthText } from '../sql/day.ts';
import { instantText } from '../sql/instant.ts';
import { centsOf } from '../statements/cents-text.ts';

/** An alert and how far its deliveries got. */
export type AlertRow = {
  readonly id: string;
  readonly accountOwnerId: string;
  /** `2026-11`. */
  readonly month: string;
  /** Percent of the cap. */
  readonly threshold: number;
  /** The cap when it was raised, USD. */
  readonly cap: Cents;
  /** What was spent when it was raised: exact USD with 12 decimals. */
  readonly spent: string;
  readonly raisedAt: string;
  /** Deliveries by state, as many as there were endpoints for it. */
  readonly pending: number;
  readonly delivered: number;
  readonly dead: number;
};

/** Columns of an {@link AlertRow}; the statement must name `spending_alerts` and {@link ALERT_DELIVERIES}. */
export const ALERT_COLUMNS = `
  spending_alerts.id, account_owner_id as "accountOwnerId", ${monthText('month')} as month, threshold, cap::text,
  spent::text, ${instantText('raised_at')} as "raisedAt", pending, delivered, dead
`;

/** Counts the deliveries of each alert. */
export const ALERT_DELIVERIES = `
  cross join lateral (
    select count(next_attempt_at)::integer as pending, count(delivered_at)::integer as delivered,
      count(dead_at)::integer as dead
    from hopsmeter.webhook_deliveries where spending_alert_id = spending_alerts.id
  ) as deliveries
`;

/** A row as the database gives it. */
export type AlertTexts = Omit<AlertRow, 'cap'> & { readonly cap: string };

export function toAlertRow(row: AlertTexts): AlertRow {
  return { ...row, cap: centsOf(row.cap) };
}
