import { expect, it } from 'vitest';
import { describeDays, stateOf } from './validity.ts';

it('is in force from its first day up to, but not including, its end', () => {
  const month = { validFrom: '2026-11-01', validTo: '2026-12-01' };
  expect(['2026-10-31', '2026-11-01', '2026-11-30', '2026-12-01'].map((day) => stateOf(month, day))).toEqual([
    'upcoming',
    'now',
    'now',
    'past',
  ]);
  expect(stateOf({ ...month, validTo: null }, '2999-01-01')).toBe('now');
});

it('is told with its last day', () => {
  expect(describeDays('2026-11-01', '2026-12-01')).toBe('from Nov 1, 2026 to Nov 30, 2026');
  expect(describeDays('2026-11-01', null)).toBe('from Nov 1, 2026');
});
