import { createHmac } from 'node:crypto';

/** Shorter ones could be guessed. */
export const WEBHOOK_SIGNING_KEY_LENGTH_MIN = 32;

/** What every secret begins with, as Standard Webhooks has it. */
const PREFIX = 'whsec_';

/**
 * The secret of an endpoint: HMAC-SHA256 of its id under the signing key. Derived, so that the database holds nothing
 * that signs, and shown to whoever sets up the receiver.
 */
export function webhookSecretOf(signingKey: string, webhookId: string): string {
  return PREFIX + createHmac('sha256', signingKey).update(`hopsmeter webhook ${webhookId}`).digest('base64');
}

export type SignedMessage = {
  /** The same for every attempt. */
  readonly id: string;
  /** Seconds since 1970, of the attempt. */
  readonly timestamp: number;
  readonly body: string;
};

/**
 * Signs a message as Standard Webhooks 1.0 has it: `v1,` and base64 of HMAC-SHA256 of `id.timestamp.body` under the
 * bytes of the secret. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signWebhook(secret: string, { id, timestamp, body }: SignedMessage): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
