import type { Pool } from '../connection/pool.ts';
import { monthText } from '../sql/day.ts';
import { instantText } from '../sql/instant.ts';

export const REMITTANCE_STATUSES = ['pending', 'sent', 'uncertain', 'rejected', 'too_old', 'not_sent'] as const;
export type RemittanceStatus = (typeof REMITTANCE_STATUSES)[number];

/** A meter event for Stripe and how far it got. Times are RFC 3339; `value` is in thousandths of the meter's unit. */
export type RemittanceRow = {
  readonly id: string;
  readonly identifier: string;
  readonly accountOwnerId: string;
  readonly stripeCustomerId: string;
  readonly meter: string;
  readonly eventName: string;
  /** `2026-11`. */
  readonly month: string;
  readonly value: string;
  readonly cumulativeAfter: string;
  readonly usageTotal: string;
  readonly stampedAt: string | null;
  readonly status: RemittanceStatus;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly uncertainSince: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly lastError: string | null;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
};

/** Columns of a {@link RemittanceRow}. */
export const REMITTANCE_COLUMNS = `
  id, identifier, account_owner_id as "accountOwnerId", stripe_customer_id as "stripeCustomerId", meter,
  event_name as "eventName", ${monthText('month')} as month, value::text,
  cumulative_after::text as "cumulativeAfter",
  usage_total::text as "usageTotal", ${instantText('stamped_at')} as "stampedAt", status, attempts,
  ${instantText('next_attempt_at')} as "nextAttemptAt", ${instantText('uncertain_since')} as "uncertainSince",
  ${instantText('created_at')} as "createdAt", ${instantText('sent_at')} as "sentAt", last_error as "lastError",
  ${instantText('resolved_at')} as "resolvedAt", resolved_by as "resolvedBy", resolution
`;

/**
 * A page of remittances, the newest first. Parameters: $1 status or NULL, $2 account or NULL, $3 and $4 time and id of
 * the last row seen or NULL, $5 number of rows.
 */
const LIST_REMITTANCES = `
select ${REMITTANCE_COLUMNS} from hopsmeter.stripe_remittances
where ($1::text is null or status = $1)
  and ($2::text is null or account_owner_id = $2)
  and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
order by created_at desc, id desc
limit $5
`;

export type RemittancesQuery = {
  readonly status?: RemittanceStatus | undefined;
  readonly accountOwnerId?: string | undefined;
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_REMITTANCES}. */
export async function listRemittances(pool: Pool, query: RemittancesQuery): Promise<readonly RemittanceRow[]> {
  const { status, accountOwnerId, after, limit } = query;
  const parameters = [status ?? null, accountOwnerId ?? null, after?.createdAt ?? null, after?.id ?? null, limit];
  return (await pool.query<RemittanceRow>(LIST_REMITTANCES, parameters)).rows;
}
