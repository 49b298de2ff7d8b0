import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { DELIVERY_COLUMNS, type DeliveryRow } from './delivery-columns.ts';

/**
 * A delivery of an endpoint, and whether that one is disabled. Parameters: $1 delivery, $2 endpoint. Locks the
 * delivery.
 */
const TAKE_DELIVERY = `
select ${DELIVERY_COLUMNS},
  (select disabled_at is not null from hopsmeter.webhook_endpoints where id = $2::uuid) as "isDisabled"
from hopsmeter.webhook_deliveries where id = $1::uuid and webhook_endpoint_id = $2::uuid
for update
`;

/**
 * Makes the delivery $1 due at $2. A dead one has all its attempts again. One that a worker is busy with stays with it.
 */
const MAKE_DUE = `
update hopsmeter.webhook_deliveries
set next_attempt_at = $2::timestamptz, attempts = case when dead_at is null then attempts else 0 end, dead_at = null
where id = $1::uuid
returning ${DELIVERY_COLUMNS}
`;

/**
 * Has a delivery attempted now, whether it waits for a later attempt or is dead. It is the same message with the same
 * id.
 *
 * @throws RequestError NOT_FOUND, WEBHOOK_DELIVERED, WEBHOOK_DISABLED
 */
export function retryDelivery(
  pool: Pool,
  change: Change,
  { webhookId, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
): Promise<DeliveryRow> {
  return inAuditedTransaction(pool, change, async ({ now, rowsOf, audit }) => {
    const [found] = await rowsOf<DeliveryRow & { isDisabled: boolean }>(TAKE_DELIVERY, [deliveryId, webhookId]);
    if (found === undefined) throw new RequestError('NOT_FOUND', 'the webhook has no such delivery');
    const { isDisabled, ...before } = found;
    if (before.status === 'delivered') throw new RequestError('WEBHOOK_DELIVERED', `at ${before.deliveredAt}`);
    if (isDisabled) throw new RequestError('WEBHOOK_DISABLED', 'create a webhook with the same address instead');
    const [after] = await rowsOf<DeliveryRow>(MAKE_DUE, [deliveryId, now]);
    if (after === undefined) throw new Error('the delivery was not changed');
    const entry = { action: 'retry_webhook_delivery', entity: 'webhook_deliveries', entityId: deliveryId };
    await audit({ ...entry, before, after });
    return after;
  });
}
