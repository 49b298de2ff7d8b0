import { parseUsageDay } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { monthOf } from '../../contract/parameters.ts';
import { accountsPeriodOf } from './accounts-period.ts';

const of = (month: string, today: string) => {
  const { previousFrom, samePeriodTo, wholeDays, wholeDaysTo } = accountsPeriodOf(
    monthOf(month),
    parseUsageDay(today) ?? Number.NaN,
  );
  return [previousFrom, samePeriodTo, wholeDays, wholeDaysTo];
};

it.each([
  ['in the middle', '2026-11', '2026-11-22', ['2026-10-01', '2026-10-23', 21, '2026-11-22']],
  ['on the first day', '2026-11', '2026-11-01', ['2026-10-01', '2026-10-02', undefined, '2026-11-01']],
  ['on the last day', '2026-11', '2026-11-30', ['2026-10-01', '2026-10-31', 29, '2026-11-30']],
  ['after a shorter month', '2026-03', '2026-03-31', ['2026-02-01', '2026-03-01', 30, '2026-03-31']],
  ['after a leap February', '2028-03', '2028-03-29', ['2028-02-01', '2028-03-01', 28, '2028-03-29']],
  ['in January', '2027-01', '2027-01-02', ['2026-12-01', '2026-12-03', 1, '2027-01-02']],
  ['that is over', '2026-02', '2026-11-22', ['2026-01-01', '2026-02-01', 28, '2026-03-01']],
  ['that has not begun', '2026-12', '2026-11-30', ['2026-11-01', '2026-12-01', undefined, '2026-12-01']],
])('a month %s', (_what, month, today, expected) => {
  expect(of(month, today)).toEqual(expected);
});
