import { expect, it } from 'vitest';
import type { TotalsGroup } from '../../api/schemas.ts';
import { divide, metersOf, sortShares } from './divide.ts';

const whole = (key: TotalsGroup['key'], costExact: string, labels?: TotalsGroup['labels']): TotalsGroup => ({
  key,
  ...(labels === undefined ? {} : { labels }),
  cost: costExact,
  costExact,
});

const WHOLES = [
  whole({ user: 'u1' }, '3.5', { user: 'Ada' }),
  whole({ user: 'u2' }, '1.25', { user: 'Zoë' }),
  whole({ user: 'u3' }, '1.25'),
];

const CELLS = [
  whole({ user: 'u1', meter: 'cpu_hours' }, '0.5'),
  whole({ user: 'u1', meter: 'gpu_hours' }, '3'),
  whole({ user: 'u2', meter: 'cpu_hours' }, '1.25'),
  whole({ user: 'u3', meter: 'cpu_hours' }, '1.25'),
];

const SHARES = divide('user', WHOLES, CELLS);

it('gives each part its name, its cents and its meters', () => {
  expect(SHARES[0]).toMatchObject({ id: 'u1', name: 'Ada', cost: '3.5' });
  expect([...(SHARES[0]?.meters ?? [])]).toEqual([
    ['cpu_hours', '0.5'],
    ['gpu_hours', '3'],
  ]);
  expect(SHARES[2]?.name).toBe('u3');
});

it('puts the dearest meter first', () => {
  expect(metersOf(SHARES)).toEqual(['cpu_hours', 'gpu_hours']);
  expect(metersOf(SHARES.slice(0, 1))).toEqual(['gpu_hours', 'cpu_hours']);
});

it('sorts by name, by cost and by a meter, equal ones by name', () => {
  const ids = (key: string, direction: 'ascending' | 'descending') =>
    sortShares(SHARES, key, direction).map(({ id }) => id);
  expect(ids('name', 'ascending')).toEqual(['u1', 'u3', 'u2']);
  expect(ids('cost', 'descending')).toEqual(['u1', 'u3', 'u2']);
  expect(ids('cost', 'ascending')).toEqual(['u3', 'u2', 'u1']);
  expect(ids('gpu_hours', 'descending')[0]).toBe('u1');
});

it('names usage outside of any project, and keeps its filter', () => {
  const [share] = divide(
    'project',
    [whole({ project: null }, '1')],
    [whole({ project: null, meter: 'cpu_hours' }, '1')],
  );
  expect(share).toMatchObject({ id: 'none', name: 'Outside of any project' });
  expect(share?.meters.get('cpu_hours')).toBe('1');
  expect(share?.origin).toBeUndefined();
});

it('says of a project whether its cluster reports it', () => {
  const reported = { ...whole({ project: 'p1' }, '1'), isReported: true };
  const entered = { ...whole({ project: 'p2' }, '1'), isReported: false };
  expect(divide('project', [reported, entered], []).map(({ origin }) => origin)).toEqual([
    'Reported by its cluster',
    'Entered by staff or an import',
  ]);
});
