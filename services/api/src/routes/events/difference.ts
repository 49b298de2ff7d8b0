import type { UsageDifference } from '@hopsmeter/db';
import { PARK_REASONS, type Unattributed } from '@hopsmeter/usage';
import { z } from 'zod';
import { exactSchema, formatExact } from '../../contract/amounts.ts';

/** What becomes of an account's usage of a meter and a day when a person corrects it. */
export const differenceSchema = z
  .object({
    accountOwnerId: z.string().meta({ description: 'Who pays', examples: ['auth0|507f1f77'] }),
    usageDate: z.string().meta({ description: 'UTC day of the usage', examples: ['2026-11-22'] }),
    bookedOn: z.string().meta({
      description: 'The day that decides on whose statement it is: the usage date, or a day of the open month',
      examples: ['2026-11-22'],
    }),
    meter: z.string().meta({ description: 'Meter', examples: ['cpu_hours'] }),
    before: exactSchema,
    after: exactSchema,
    costExact: exactSchema.nullable().meta({
      description: 'What the difference costs at the list price of the day; negative for less. Null without a price',
    }),
  })
  .meta({ id: 'UsageDifference', description: 'What the event books now, and what it would book' });

/** Why something that a person entered is parked and not counted within seconds. */
export const obstacleSchema = z
  .object({
    reason: z.enum(PARK_REASONS),
    detail: z.string().meta({ examples: ['more than 512 cores over the window'] }),
  })
  .nullable()
  .meta({ description: 'Why it is parked and not counted within seconds; null when nothing is in the way' });

/** Puts differences into the words of an answer. */
export function describeDifferences(differences: readonly UsageDifference[]): z.infer<typeof differenceSchema>[] {
  return differences.map(({ before, after, cost, ...difference }) => ({
    ...difference,
    before: formatExact(before),
    after: formatExact(after),
    costExact: cost === undefined ? null : formatExact(cost),
  }));
}

export function describeObstacle(obstacle: Unattributed | undefined): z.infer<typeof obstacleSchema> {
  return obstacle === undefined ? null : { ...obstacle };
}
