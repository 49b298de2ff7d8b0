import type { Pool } from '@hopsmeter/db';
import type { Micros } from '@hopsmeter/usage';

export type WebhookSettings = {
  /** What the secrets of all webhooks are derived from; at least 32 characters. */
  readonly signingKey: string;
  /** For tests and local use: also takes private addresses and http. */
  readonly isPrivateAllowed: boolean;
};

export type AlertsDeps = {
  readonly pool: Pool;
  readonly now: () => Micros;
  /** Default: no webhook can be created. */
  readonly webhooks?: WebhookSettings | undefined;
};
