import { describe, expect, it } from 'vitest';
import { isSystemId, parseSystemId } from './system-id.ts';

const ID = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';
/** Ids that were brought over have no version. */
const OF_NO_VERSION = '00000000-0000-0000-0000-00000000000a';

describe('a system id', () => {
  it.each([ID, OF_NO_VERSION])('is %s, however large its letters are written', (id) => {
    expect(isSystemId(id)).toBe(true);
    expect(isSystemId(id.toUpperCase())).toBe(false);
    expect(parseSystemId(id.toUpperCase())).toBe(id);
  });

  it.each(['', `${ID} `, `{${ID}}`, ID.replaceAll('-', ''), `${ID}0`, ID.replace('8', 'g'), `${ID}\n`])(
    'is not %j',
    (text) => {
      expect(isSystemId(text)).toBe(false);
      expect(parseSystemId(text)).toBeUndefined();
    },
  );
});
