import { expect, it } from 'vitest';
import { amountsOf, stackUp } from './stack.ts';

const SERIES = ['cpu', 'gpu', 'ram'].map((key, colour) => ({ key, name: key, colour }));

it('stacks what is positive upwards and what is negative downwards', () => {
  const amounts = new Map([
    [
      '2026-11-01',
      new Map([
        ['cpu', '1'],
        ['gpu', '-2'],
        ['ram', '3'],
      ]),
    ],
  ]);
  const { tops, totals } = stackUp(['2026-11-01', '2026-11-02'], SERIES, amounts);
  expect(tops).toEqual([
    [1, 0],
    [-2, 0],
    [4, 0],
  ]);
  expect(totals).toEqual(['2', '0']);
});

it('adds up exactly what belongs to the same part of a bar', () => {
  const groups = [
    { day: '2026-11-01', series: 'cpu', amount: '0.1' },
    { day: '2026-11-01', series: 'cpu', amount: '0.2' },
    { day: undefined, series: 'cpu', amount: '5' },
  ];
  expect(amountsOf(groups, (group) => group)).toEqual(new Map([['2026-11-01', new Map([['cpu', '0.3']])]]));
});
