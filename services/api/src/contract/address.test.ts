import { expect, it } from 'vitest';
import { ADDRESS_LINE_LENGTH_MAX, ADDRESS_LINES_MAX, isAddress } from './address.ts';

it('takes an address as it is written on an envelope, in any script', () => {
  for (const text of [
    'Ada',
    'Analytical Engines Ltd\n12 St. James’s Square\nLondon SW1Y 4LE',
    '株式会社 解析機関\n東京都',
  ])
    expect(isAddress(text), text).toBe(true);
  expect(isAddress(Array(ADDRESS_LINES_MAX).fill('x'.repeat(ADDRESS_LINE_LENGTH_MAX)).join('\n'))).toBe(true);
});

it('refuses what would print as an empty line, run out of the page or hide something', () => {
  const wrong = ['', ' ', 'a\n', '\na', 'a\n\nb', ' a', 'a ', 'a\tb', 'a\r\nb', 'a\u0000', 'a\ud800', 'x'.repeat(101)];
  for (const text of [
    ...wrong,
    Array(ADDRESS_LINES_MAX + 1)
      .fill('x')
      .join('\n'),
  ])
    expect(isAddress(text), JSON.stringify(text)).toBe(false);
});
