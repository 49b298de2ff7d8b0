import type { Pool } from '../connection/pool.ts';
import { WEBHOOK_COLUMNS, type WebhookRow } from './webhook-columns.ts';

/**
 * A page of endpoints, the newest first, disabled ones too. Parameters: $1 and $2 moment and id of the last row seen,
 * $3 rows.
 */
const LIST_WEBHOOKS = `
select ${WEBHOOK_COLUMNS} from hopsmeter.webhook_endpoints
where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
order by created_at desc, id desc
limit $3::integer
`;

export type WebhooksQuery = {
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_WEBHOOKS}. */
export async function listWebhooks(pool: Pool, { after, limit }: WebhooksQuery): Promise<readonly WebhookRow[]> {
  return (await pool.query<WebhookRow>(LIST_WEBHOOKS, [after?.createdAt ?? null, after?.id ?? null, limit])).rows;
}
