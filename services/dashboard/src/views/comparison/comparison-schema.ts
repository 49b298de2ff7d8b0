import * as z from 'zod/mini';

/** `GET /v1/comparisons/{month}` */
export const comparisonSchema = z.object({
  from: z.string(),
  to: z.string(),
  userCount: z.number(),
  importedDayCount: z.number(),
  summary: z.optional(
    z.object({
      equalCount: z.number(),
      differentCount: z.number(),
      unexplainedCount: z.number(),
      causes: z.array(z.object({ cause: z.string(), count: z.number() })),
      measures: z.array(
        z.object({
          measure: z.string(),
          old: z.string(),
          new: z.string(),
          difference: z.string(),
          differentCount: z.number(),
        }),
      ),
    }),
  ),
  rows: z.array(
    z.object({
      userId: z.string(),
      date: z.string(),
      measure: z.string(),
      old: z.nullable(z.string()),
      new: z.string(),
      difference: z.nullable(z.string()),
      causes: z.array(z.string()),
      detail: z.string(),
      labels: z.object({ user: z.optional(z.string()) }),
    }),
  ),
  nextCursor: z.optional(z.string()),
});

export type Comparison = z.output<typeof comparisonSchema>;
export type ComparisonSummary = NonNullable<Comparison['summary']>;
export type ComparisonRow = Comparison['rows'][number];
