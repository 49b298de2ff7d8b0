import { expect, it } from 'vitest';
import { findOddities, type Oddity } from './stands-out.ts';

it.each<[total: string, previous: string, Oddity[]]>([
  ['100.00', '100.00', []],
  ['149.99', '100.00', []],
  ['150.00', '100.00', ['grew']],
  ['50.00', '100.00', ['fell']],
  ['50.01', '100.00', []],
  ['9.99', '0.01', []],
  ['10.01', '0.01', ['grew']],
  ['0.01', '0.00', ['new']],
  ['0.00', '0.01', ['gone']],
  ['0.00', '0.00', []],
  ['-5.00', '-5.00', ['negative']],
  ['-60.00', '100.00', ['fell', 'negative']],
  ['90071992547409931.50', '60047995031606621.00', ['grew']],
  ['90071992547409931.49', '60047995031606621.00', []],
])('%s after %s', (total, previous, oddities) => {
  expect(findOddities({ total, previous, isWaiting: false })).toEqual(oddities);
  expect(findOddities({ total, previous, isWaiting: true })).toEqual([...oddities, 'waiting']);
});
