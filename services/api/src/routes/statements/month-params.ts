import { z } from 'zod';
import { MONTH_PATTERN, parseMonth } from '../../contract/month.ts';
import { parameter } from '../../contract/parameters.ts';

/** A month of a path. */
export const monthParameter = parameter({
  parse: parseMonth,
  code: 'INVALID_MONTH',
  expected: 'expected a month such as 2026-11',
  describedAs: { description: 'Calendar month in UTC', examples: ['2026-11'], pattern: MONTH_PATTERN },
});

export const monthParams = z.strictObject({ month: monthParameter });
