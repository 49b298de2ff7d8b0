import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateClusterKey, hashClusterKey, isClusterKey, KEY_PREFIX_LENGTH } from './cluster-key.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Made with CRC-32 and base62 of another program. */
const KEY = 'hwm_live_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123454UPjcZ';

describe('cluster keys', () => {
  it('are valid when generated, and never the same', () => {
    const keys = Array.from({ length: 500 }, () => generateClusterKey());
    for (const { key, prefix, hash } of keys) {
      expect(key).toMatch(/^hwm_live_[0-9A-Za-z]{38}$/);
      expect(isClusterKey(key)).toBe(true);
      expect(prefix).toBe(key.slice(0, 13));
      expect(prefix).toHaveLength(KEY_PREFIX_LENGTH);
      expect(hash).toEqual(createHash('sha256').update(key).digest());
      expect(hashClusterKey(key)).toEqual(hash);
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(500);
  });

  it('carry the CRC-32 of their random part, so that a scanner can check them', () => {
    expect(isClusterKey(KEY)).toBe(true);
  });

  it('do not survive a typing error', () => {
    const { key } = generateClusterKey();
    fc.assert(
      fc.property(fc.integer({ min: 9, max: key.length - 1 }), fc.constantFrom(...BASE62), (at, character) => {
        const typed = key.slice(0, at) + character + key.slice(at + 1);
        expect(isClusterKey(typed)).toBe(typed === key);
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not survive two swapped characters', () => {
    const { key } = generateClusterKey();
    for (let at = 9; at < key.length - 1; at++) {
      const swapped = key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
      expect(isClusterKey(swapped), swapped).toBe(swapped === key);
    }
  });

  it('are recognised only whole', () => {
    const { key } = generateClusterKey();
    for (const text of ['', 'hwm_live_', key.slice(1), key.slice(0, -1), `${key}0`, ` ${key}`, `${key}\n`])
      expect(isClusterKey(text), JSON.stringify(text)).toBe(false);
    expect(isClusterKey(key.replace('hwm_live_', 'hwm_test_'))).toBe(false);
    expect(isClusterKey(key.toUpperCase())).toBe(false);
  });
});
