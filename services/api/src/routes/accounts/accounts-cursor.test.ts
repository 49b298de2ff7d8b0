import { describe, expect, it } from 'vitest';
import { accountsCursor } from './accounts-cursor.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const KEY = '1.000000000000';

describe('a cursor', () => {
  it.each(['auth0|1', 'é\u{1f600}"\\', 'x'.repeat(255), '\u{1f600}'.repeat(127)])('comes back as it was: %s', (id) => {
    const position = { sort: '-total', key: '-12345678901234567890123456.000000000001', id } as const;
    expect(accountsCursor.parse(accountsCursor.format(position))).toEqual(position);
    for (const sort of ['name', '-name'] as const) {
      const named = { sort, key: '\u{1f600}'.repeat(255), id };
      expect(accountsCursor.parse(accountsCursor.format(named))).toEqual(named);
    }
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '???'],
    ['no JSON', Buffer.from('x').toString('base64url')],
    ['a number', encode(1)],
    ['an object', encode({ sort: 'total', key: KEY, id: 'x' })],
    ['no sort', encode([KEY, 'x'])],
    ['another sort', encode(['credits', KEY, 'x'])],
    ['a total that is a number', encode(['total', 1, 'x'])],
    ['a total with other decimals', encode(['total', '1.0', 'x'])],
    ['a total that is no decimal', encode(['-projected', 'Infinity', 'x'])],
    ['a name in place of a total', encode(['previous', 'ada', 'x'])],
    ['no id', encode(['total', KEY, ''])],
    ['an id that Postgres cannot hold', encode(['total', KEY, 'a\0b'])],
    ['a name that Postgres cannot hold', encode(['name', 'a\0b', 'x'])],
    ['more than three', encode(['total', KEY, 'x', 'y'])],
    ['another spelling', `${encode(['total', KEY, 'x'])}=`],
    ['white space', Buffer.from(`["total", "${KEY}", "x"]`).toString('base64url')],
    ['a very long one', encode(['total', KEY, 'x'.repeat(4_000)])],
  ])('is refused when it holds %s', (_what, text) => {
    expect(accountsCursor.parse(text)).toBeUndefined();
  });
});
