import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { hasAccount } from '../totals/has-account.ts';
import { WEBHOOK_COLUMNS, type WebhookRow } from './webhook-columns.ts';

/** Endpoints that are not disabled: each alert is posted to each of them that wants it. */
export const WEBHOOKS_MAX = 100;

export type NewWebhook = {
  /** One with which `problemOfWebhookUrl` finds nothing wrong. */
  readonly url: string;
  /** Whose alerts; null for all accounts. */
  readonly accountOwnerId: string | null;
};

/** The endpoint of address $1 for the alerts of $2 (NULL: of all accounts) that is not disabled. */
const FIND_WEBHOOK = `
select ${WEBHOOK_COLUMNS} from hopsmeter.webhook_endpoints
where url = $1 and account_owner_id is not distinct from $2 and disabled_at is null
`;

const COUNT_WEBHOOKS = 'select count(*)::integer as count from hopsmeter.webhook_endpoints where disabled_at is null';

/** Adds an endpoint: $1 address, $2 account owner or NULL, $3 moment, $4 who. Locks: the directory. */
const ADD_WEBHOOK = `
insert into hopsmeter.webhook_endpoints (url, account_owner_id, created_at, created_by)
values ($1, $2, $3::timestamptz, $4)
returning ${WEBHOOK_COLUMNS}
`;

/**
 * Has alerts posted to an address from now on. Asked again it returns the endpoint that is there.
 *
 * @throws RequestError UNKNOWN_REFERENCE for the account, TOO_MANY_WEBHOOKS.
 */
export async function createWebhook(pool: Pool, change: Change, wanted: NewWebhook): Promise<Created<WebhookRow>> {
  const { url, accountOwnerId } = wanted;
  if (accountOwnerId !== null && !(await hasAccount(pool, accountOwnerId)))
    throw new RequestError('UNKNOWN_REFERENCE', `there is no account ${accountOwnerId}`);
  return inAuditedTransaction(pool, change, async ({ now, rowsOf, audit }) => {
    const [known] = await rowsOf<WebhookRow>(FIND_WEBHOOK, [url, accountOwnerId]);
    if (known !== undefined) return { isCreated: false, value: known };
    const [webhooks] = await rowsOf<{ count: number }>(COUNT_WEBHOOKS);
    if (webhooks === undefined || webhooks.count >= WEBHOOKS_MAX)
      throw new RequestError('TOO_MANY_WEBHOOKS', `there can be ${WEBHOOKS_MAX}; disable one first`);
    const [value] = await rowsOf<WebhookRow>(ADD_WEBHOOK, [url, accountOwnerId, now, change.actor.id]);
    if (value === undefined) throw new Error('the webhook was not inserted');
    await audit({ action: 'create_webhook', entity: 'webhook_endpoints', entityId: value.id, after: value });
    return { isCreated: true, value };
  });
}
