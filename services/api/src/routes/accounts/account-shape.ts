import type { AccountRow } from '@hopsmeter/db';
import { z } from 'zod';
import { creditsSchema, exactSchema, moneySchema } from '../../contract/amounts.ts';

export const PREVIOUS = 'The whole month before';
export const SAME_PERIOD =
  "Of the month before the days up to today's day of the month, today's included. Of a month that is over, all of it";
export const PROJECTED =
  'Projected cost of the month at the average of its full days so far; null before the first has ended';

/** An account and what its month costs. */
export const accountShape = {
  id: z.string().meta({ description: "The account owner's user id", examples: ['auth0|507f1f77'] }),
  name: z
    .string()
    .nullable()
    .meta({ examples: ['Ada Lovelace'] }),
  email: z
    .string()
    .nullable()
    .meta({ examples: ['ada@example.com'] }),
  memberCount: z
    .int()
    .min(0)
    .meta({ description: 'Current members, without the owner', examples: [4] }),
  total: moneySchema,
  totalExact: exactSchema,
  credits: creditsSchema,
  previous: z.object({ total: moneySchema, totalExact: exactSchema }).meta({ description: PREVIOUS }),
  samePeriod: z.object({ total: moneySchema, totalExact: exactSchema }).meta({ description: SAME_PERIOD }),
  projected: z.object({ total: moneySchema }).nullable().meta({ description: PROJECTED }),
};

/** Writes a row as {@link accountShape} has it. */
export function describeAccount({ id, name, email, memberCount, total, totalExact, credits, ...row }: AccountRow) {
  return {
    id,
    name,
    email,
    memberCount,
    total,
    totalExact,
    credits,
    previous: { total: row.previous, totalExact: row.previousExact },
    samePeriod: { total: row.samePeriod, totalExact: row.samePeriodExact },
    projected: row.projected === null ? null : { total: row.projected },
  };
}
