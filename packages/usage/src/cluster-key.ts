import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Cluster keys: `hwm_live_` + 32 random base62 characters (190 bits) + 6 base62 characters of the CRC-32 of the random
 * part. The checksum tells a typing error from a revoked key and lets a secret scanner confirm a find without asking
 * us. The key has so much entropy that a plain SHA-256 protects it at rest; only the hash is stored.
 */

const PREFIX = 'hwm_live_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const KEY = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** Characters of a key that are kept in clear to recognise it in lists: the prefix and four random ones. */
export const KEY_PREFIX_LENGTH = PREFIX.length + 4;

export type GeneratedClusterKey = {
  /** The secret. It exists only here; show it once. */
  readonly key: string;
  readonly prefix: string;
  readonly hash: Buffer;
};

/** Makes a new cluster key from the system's random source. */
export function generateClusterKey(): GeneratedClusterKey {
  let random = '';
  for (let i = 0; i < RANDOM_LENGTH; i++) random += BASE62.charAt(randomInt(BASE62.length));
  const key = PREFIX + random + checksum(random);
  return { key, prefix: key.slice(0, KEY_PREFIX_LENGTH), hash: hashClusterKey(key) };
}

/** Whether a text has the form and the checksum of a cluster key. Says nothing about whether it is in force. */
export function isClusterKey(text: string): boolean {
  if (!KEY.test(text)) return false;
  const random = text.slice(PREFIX.length, PREFIX.length + RANDOM_LENGTH);
  return text.endsWith(checksum(random));
}

/** SHA-256 of the whole key: 32 bytes, what the database stores. */
export function hashClusterKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

function checksum(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = BASE62.charAt(rest % BASE62.length) + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
}
