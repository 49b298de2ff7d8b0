import { CAUSES, COMPARED_MEASURES, type ComparedMeasure } from '@hopsmeter/usage';
import { z } from 'zod';
import { nextCursorSchema } from '../../contract/page-cursor.ts';

export const MEASURES = Object.keys(COMPARED_MEASURES) as readonly ComparedMeasure[];

const measureSchema = z.enum(MEASURES).meta({
  description:
    'A column of the application; or `owner_cost`, `cluster_cost`: the part of the cost that belongs to the owner, ' +
    'or the cluster, in its row; or `billed_cost`: what is billed for a member',
  examples: ['cpu_hours'],
});

const causeSchema = z.enum(CAUSES).meta({ description: 'docs/moving-in.md says when each is told' });

const number = (description: string, example: string) => z.string().meta({ description, examples: [example] });

const rowSchema = z
  .object({
    userId: z.string().meta({ examples: ['auth0|507f1f78'] }),
    date: z.string().meta({ examples: ['2026-11-22'] }),
    measure: measureSchema,
    old: number('As the application has it; null without a value', '23.5000').nullable(),
    new: number("As hopsmeter has it, rounded to what the application's column can hold", '24.0000'),
    difference: number('`new` less `old`; null where the application has no number', '0.5000').nullable(),
    causes: z.array(causeSchema).meta({ description: 'Empty: equal. Several where it takes them together' }),
    detail: z.string().meta({ description: 'Which hours, namespaces or owners, for a person', examples: ['10:00'] }),
    labels: z
      .object({
        user: z
          .string()
          .optional()
          .meta({ examples: ['Grace Hopper'] }),
      })
      .meta({ description: 'What people call the ids, where it is known; for display only' }),
  })
  .meta({ id: 'ComparisonRow', description: 'A measure of a day of a user in both systems' });

const summarySchema = z
  .object({
    equalCount: z.int().meta({ examples: [10_230], description: 'Numbers that are equal' }),
    differentCount: z.int().meta({ examples: [42] }),
    unexplainedCount: z.int().meta({ examples: [0], description: 'Of those, the ones that no cause explains' }),
    causes: z
      .array(z.object({ cause: causeSchema, count: z.int().meta({ examples: [12] }) }).meta({ id: 'ComparisonCause' }))
      .meta({ description: 'Every cause and how many rows it explains; a row with two counts for both' }),
    measures: z
      .array(
        z
          .object({
            measure: measureSchema,
            old: number('Sum of the application', '1234.50'),
            new: number('Sum of hopsmeter', '1240.00'),
            difference: number('`new` less `old`', '5.50'),
            differentCount: z.int().meta({ examples: [12] }),
          })
          .meta({ id: 'ComparisonSum' }),
      )
      .meta({ description: 'Sums over all rows, the equal ones too' }),
  })
  .meta({ id: 'ComparisonSummary' });

export const answerSchema = z
  .object({
    month: z.string().meta({ examples: ['2026-11'] }),
    from: z.string().meta({ examples: ['2026-11-01'] }),
    to: z.string().meta({
      examples: ['2026-11-22'],
      description: 'Exclusive: the day after the last one that is over, two hours after its end',
    }),
    userCount: z.int().meta({ examples: [500], description: 'Users who are compared' }),
    importedDayCount: z.int().meta({
      examples: [0],
      description:
        "Imported days of users: the application's own numbers, compared only where something was metered too",
    }),
    summary: summarySchema.optional().meta({ description: 'Of the whole month; on the first page only' }),
    rows: z.array(rowSchema),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'Comparison' });
