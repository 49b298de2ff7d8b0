import { expect, it } from 'vitest';
import { listHours } from './list-hours.ts';

const NOW = Date.parse('2026-11-22T15:30:00Z');

it('lists hours in UTC from the first to the last; a day is its first hour', () => {
  expect(listHours('2026-11-22T13', '2026-11-22T15:00Z', NOW)).toEqual([
    { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' },
    { start: '2026-11-22T14:00:00Z', end: '2026-11-22T15:00:00Z' },
  ]);
  expect(listHours('2026-11-20', '2026-11-22', NOW)).toHaveLength(48);
  expect(listHours('2026-11-22T15', '2026-11-22T16', NOW)).toHaveLength(1);
});

it.each([
  [
    '2026-11-22T13:30',
    '2026-11-22T15',
    '--from must be an hour in UTC, such as 2026-11-22T13; it is 2026-11-22T13:30.',
  ],
  ['2026-11-22T13', 'yesterday', '--to must be an hour in UTC, such as 2026-11-22T13; it is yesterday.'],
  ['2026-11-22', '2026-11-32', '--to must be an hour in UTC, such as 2026-11-22T13; it is 2026-11-32.'],
  ['2026-11-22T13+01:00', '2026-11-22T15', '--from must be an hour in UTC'],
  ['2026-11-22T13', '2026-11-22T13', '--to must be after --from; 2026-11-22T13 is not after 2026-11-22T13.'],
  ['2026-11-22T13', '2026-11-22T17', '--to must not be later than the end of this hour; it is 2026-11-22T17.'],
  ['2024-11-22', '2026-11-22', 'there are 17520 hours; at most 9600.'],
])('from %s to %s is refused with what is wrong', (from, to, message) => {
  expect(() => listHours(from, to, NOW)).toThrow(message);
});
