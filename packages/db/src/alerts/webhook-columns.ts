import { instantText } from '../sql/instant.ts';

/** Where alerts are posted to. */
export type WebhookRow = {
  readonly id: string;
  readonly url: string;
  /** Whose alerts; null for all accounts. */
  readonly accountOwnerId: string | null;
  readonly createdAt: string;
  readonly disabledAt: string | null;
};

/** Columns of a {@link WebhookRow}. */
export const WEBHOOK_COLUMNS = `
  id, url, account_owner_id as "accountOwnerId", ${instantText('created_at')} as "createdAt",
  ${instantText('disabled_at')} as "disabledAt"
`;
