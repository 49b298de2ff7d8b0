import { createHash, timingSafeEqual } from 'node:crypto';

/** Shorter keys can be guessed: 32 characters of base64 are 192 bits. Supabase's own keys have more than 40. */
export const SERVICE_ROLE_KEY_LENGTH_MIN = 32;

/** What RFC 6750 allows after `Bearer`; another key could never be sent. */
export const SERVICE_ROLE_KEY_FORM = /^[\w.~+/-]+=*$/;

export type ServiceRoleKey = {
  /** Whether a text is the key. Takes as long for a nearly right text as for a wrong one. */
  matches(text: string): boolean;
};

/**
 * Keeps the digest of the service role key.
 *
 * @throws RangeError when the key is missing, too short or cannot be sent in a header: nobody must get in because the
 * key was forgotten.
 */
export function createServiceRoleKey(key: string): ServiceRoleKey {
  if (key.length < SERVICE_ROLE_KEY_LENGTH_MIN || !SERVICE_ROLE_KEY_FORM.test(key))
    throw new RangeError(
      `the service role key needs ${SERVICE_ROLE_KEY_LENGTH_MIN} characters that a header can carry`,
    );
  const digest = digestOf(key);
  // Digests, because timingSafeEqual needs equal lengths and the length of the key is a secret too.
  return { matches: (text) => timingSafeEqual(digestOf(text), digest) };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
