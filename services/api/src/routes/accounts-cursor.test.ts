import { describe, expect, it } from 'vitest';
import { formatAccountsCursor, parseAccountsCursor } from './accounts-cursor.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it.each(['auth0|1', 'é\u{1f600}"\\', 'x'.repeat(255), '\u{1f600}'.repeat(127)])('comes back as it was: %s', (id) => {
    const position = { totalExact: '-12345678901234567890123456.000000000001', id };
    expect(parseAccountsCursor(formatAccountsCursor(position))).toEqual(position);
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '???'],
    ['no JSON', Buffer.from('x').toString('base64url')],
    ['a number', encode(1)],
    ['an object', encode({ totalExact: '1.000000000000', id: 'x' })],
    ['a total that is a number', encode([1, 'x'])],
    ['a total with other decimals', encode(['1.0', 'x'])],
    ['a total that is no decimal', encode(['Infinity', 'x'])],
    ['no id', encode(['1.000000000000', ''])],
    ['an id that Postgres can not hold', encode(['1.000000000000', 'a\0b'])],
    ['more than two', encode(['1.000000000000', 'x', 'y'])],
    ['another spelling', `${encode(['1.000000000000', 'x'])}=`],
    ['white space', Buffer.from('["1.000000000000", "x"]').toString('base64url')],
    ['a very long one', encode(['1.000000000000', 'x'.repeat(3_000)])],
  ])('is refused when it holds %s', (_what, text) => {
    expect(parseAccountsCursor(text)).toBeUndefined();
  });
});
