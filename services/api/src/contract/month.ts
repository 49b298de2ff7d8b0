import { parseUsageDay, type UsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';

/** Years in which there can be usage. Beyond them a month is a typing error. */
const MONTH = /^2\d{3}-(?:0[1-9]|1[0-2])$/;

export const MONTH_PATTERN = MONTH.source;

/** Reads `2026-11`; undefined for anything else. */
export function parseMonth(text: string): UsageMonth | undefined {
  return MONTH.test(text) ? parseUsageDay(`${text}-01`) : undefined;
}

export const monthText = z.string().meta({ description: 'Calendar month in UTC', examples: ['2026-11'] });

/** A month of a body: `2026-11`. */
export const monthField = (description: string) =>
  z
    .string()
    .meta({ examples: ['2026-11'] })
    .transform((text, context): UsageMonth => {
      const month = parseMonth(text);
      if (month !== undefined) return month;
      const message = 'expected a month such as 2026-11';
      context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TIME' } });
      return z.NEVER;
    })
    .meta({ description, pattern: MONTH_PATTERN });
