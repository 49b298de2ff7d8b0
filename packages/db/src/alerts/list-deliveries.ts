import type { Pool } from '../connection/pool.ts';
import { DELIVERY_COLUMNS, type DeliveryRow, type DeliveryStatus } from './delivery-columns.ts';

const HAS_WEBHOOK = 'select from hopsmeter.webhook_endpoints where id = $1::uuid';

/**
 * A page of an endpoint's deliveries, the newest first. Parameters: $1 endpoint, $2 status or NULL, $3 and $4 moment
 * and id of the last row seen or NULL, $5 number of rows.
 */
const LIST_DELIVERIES = `
select * from (select ${DELIVERY_COLUMNS}, created_at from hopsmeter.webhook_deliveries
  where webhook_endpoint_id = $1::uuid) as delivery
where ($2::text is null or status = $2)
  and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
order by created_at desc, id desc
limit $5::integer
`;

export type DeliveriesQuery = {
  readonly webhookId: string;
  readonly status?: DeliveryStatus | undefined;
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_DELIVERIES}; undefined when there is no such endpoint. */
export async function listDeliveries(pool: Pool, query: DeliveriesQuery): Promise<readonly DeliveryRow[] | undefined> {
  const { webhookId, status, after, limit } = query;
  const found = await pool.query(HAS_WEBHOOK, [webhookId]);
  if (found.rowCount === 0) return undefined;
  const parameters = [webhookId, status ?? null, after?.createdAt ?? null, after?.id ?? null, limit];
  const { rows } = await pool.query<DeliveryRow & { created_at: unknown }>(LIST_DELIVERIES, parameters);
  return rows.map(({ created_at: _, ...row }) => row);
}
