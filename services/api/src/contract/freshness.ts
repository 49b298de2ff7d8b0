import { z } from 'zod';

const timeSchema = z.string().nullable();

/** How fresh an answer is. */
export const freshnessSchema = z
  .object({
    recordedAt: timeSchema.meta({
      description:
        'When usage was last recorded: the answer holds at least what was recorded by then. Null without usage',
      examples: ['2026-11-22T14:05:00.123456Z'],
    }),
    receivedAt: timeSchema.meta({
      description: 'When the newest recorded usage was received. Null without usage',
      examples: ['2026-11-22T14:05:00.012345Z'],
    }),
  })
  .meta({ id: 'Freshness', description: 'How fresh the answer is; times are RFC 3339 in UTC' });
