import type { Pool } from '../connection/pool.ts';
import { ALERT_COLUMNS, ALERT_DELIVERIES, type AlertRow, type AlertTexts, toAlertRow } from './alert-columns.ts';

/**
 * A page of alerts, the newest first. Parameters: $1 account owner or NULL, $2 first day of the month or NULL, $3 and
 * $4 moment and id of the last row seen or NULL, $5 number of rows.
 */
const LIST_ALERTS = `
select ${ALERT_COLUMNS} from hopsmeter.spending_alerts ${ALERT_DELIVERIES}
where ($1::text is null or account_owner_id = $1)
  and ($2::date is null or month = $2)
  and ($3::timestamptz is null or (raised_at, spending_alerts.id) < ($3, $4::uuid))
order by raised_at desc, spending_alerts.id desc
limit $5::integer
`;

export type AlertsQuery = {
  readonly accountOwnerId?: string | undefined;
  /** First day. */
  readonly month?: string | undefined;
  readonly after?: { readonly raisedAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_ALERTS}. */
export async function listAlerts(pool: Pool, query: AlertsQuery): Promise<readonly AlertRow[]> {
  const { accountOwnerId, month, after, limit } = query;
  const parameters = [accountOwnerId ?? null, month ?? null, after?.raisedAt ?? null, after?.id ?? null, limit];
  const { rows } = await pool.query<AlertTexts>(LIST_ALERTS, parameters);
  return rows.map(toAlertRow);
}
