import { formatExactUnits } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import type { Series } from '../prometheus/read-answer.ts';
import { addUpGreater } from './container-minutes.ts';

const series = (pod: string, container: string, values: readonly string[]): Series => ({
  labels: { namespace: 'churn', pod, container },
  samples: values.map((value, minute) => ({ time: minute * 60_000, value })),
});

const added = (requested: readonly Series[], used: readonly Series[]) =>
  addUpGreater('CPU', requested, used).map(({ pod, sum, faults }) => [
    pod,
    formatExactUnits(sum),
    faults.map(({ reason }) => reason),
  ]);

it('adds up the greater of request and usage of each container in each minute, to the last digit', () => {
  const requested = [series('a', 'main', ['1', '1', '1']), series('a', 'side', ['0.1', '0.1'])];
  const used = [
    series('a', 'main', ['0.5', '1.25', '0']),
    series('a', 'side', ['0.2', '1e-07', '0.30000000000000004']),
  ];
  expect(added(requested, used)).toEqual([['a', '3.85000000000000004', []]]);
});

it('tells what of a pod is no number, and leaves the other pods alone', () => {
  expect(
    added([], [series('a', 'main', ['1', 'NaN', '-0.5']), series('b', 'main', ['+Inf']), series('c', 'main', ['1'])]),
  ).toEqual([
    ['a', '1', ['missing_number', 'negative_number']],
    ['b', '0', ['missing_number']],
    ['c', '1', []],
  ]);
});
