import { expect, it } from 'vitest';
import { formatSort, parseSort } from './sort.ts';

it.each(['total', '-total', 'name', '-name', 'previous', '-previous', 'projected', '-projected'])(
  'keeps %s from address to address',
  (text) => {
    expect(formatSort(parseSort(text))).toBe(text);
  },
);

it.each([null, '', '-', 'nothing', '--total', 'total;drop'])('shows the largest total first for %j', (text) => {
  expect(formatSort(parseSort(text))).toBe('-total');
});
