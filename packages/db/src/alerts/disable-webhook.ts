import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { WEBHOOK_COLUMNS, type WebhookRow } from './webhook-columns.ts';

const READ_WEBHOOK = `select ${WEBHOOK_COLUMNS} from hopsmeter.webhook_endpoints where id = $1::uuid`;

/** Disables $1 at $2. Waits for alerts that are being raised with deliveries for it. */
const DISABLE_WEBHOOK = `
update hopsmeter.webhook_endpoints set disabled_at = $2::timestamptz where id = $1::uuid returning ${WEBHOOK_COLUMNS}
`;

/**
 * Gives up what was not delivered to $1 at $2. A statement of its own, after the endpoint's row is locked: it sees the
 * deliveries of every alert that came before, and none comes after. One that is being sent can still arrive, and is
 * then marked as delivered.
 */
const GIVE_UP_DELIVERIES = `
update hopsmeter.webhook_deliveries
set dead_at = $2::timestamptz, next_attempt_at = null, leased_until = null, last_error = 'the webhook was disabled'
where webhook_endpoint_id = $1::uuid and next_attempt_at is not null
`;

/** Ends an endpoint for good. Asked again it returns it as it is. @throws RequestError NOT_FOUND */
export function disableWebhook(pool: Pool, change: Change, webhookId: string): Promise<WebhookRow> {
  return inAuditedTransaction(pool, change, async ({ now, rowsOf, audit }) => {
    const [before] = await rowsOf<WebhookRow>(READ_WEBHOOK, [webhookId]);
    if (before === undefined) throw new RequestError('NOT_FOUND', 'there is no such webhook');
    if (before.disabledAt !== null) return before;
    const [after] = await rowsOf<WebhookRow>(DISABLE_WEBHOOK, [webhookId, now]);
    if (after === undefined) throw new Error('the webhook was not changed');
    await rowsOf(GIVE_UP_DELIVERIES, [webhookId, now]);
    await audit({ action: 'disable_webhook', entity: 'webhook_endpoints', entityId: webhookId, before, after });
    return after;
  });
}
