import { parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';

/** A UTC day in a body, kept as text: `2026-11-22`. */
export const dayField = (description: string, example: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (parseUsageDay(text) !== undefined) return;
      const message = 'expected a day such as 2026-11-22';
      context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TIME' } });
    })
    .meta({ description, examples: [example], format: 'date' });
