import * as z from 'zod/mini';

/** `GET /v1/months` */
export const monthsSchema = z.object({
  months: z.array(
    z.object({
      month: z.string(),
      isEnded: z.boolean(),
      accountCount: z.number(),
      closedCount: z.number(),
      total: z.string(),
    }),
  ),
});

export type Month = z.output<typeof monthsSchema>['months'][number];

const waitingSchema = z.nullable(
  z.object({
    parked: z.array(z.object({ reason: z.string(), events: z.number(), isOwn: z.boolean() })),
    missingHours: z.array(z.object({ clusterId: z.string(), clusterName: z.string(), hours: z.number() })),
    differences: z.number(),
  }),
);

/** What may still change a month. */
export type Waiting = NonNullable<z.output<typeof waitingSchema>>;

/** `GET /v1/months/{month}` */
export const monthSchema = z.object({
  accounts: z.array(
    z.object({
      accountOwnerId: z.string(),
      accountName: z.nullable(z.string()),
      state: z.enum(['closed', 'running', 'refused', 'ready', 'nothing']),
      refusal: z.nullable(z.object({ code: z.string(), detail: z.string() })),
      waiting: waitingSchema,
      number: z.nullable(z.number()),
      closedAt: z.nullable(z.string()),
      total: z.string(),
      totalExact: z.string(),
      previous: z.object({ total: z.string(), totalExact: z.string() }),
    }),
  ),
  nextCursor: z.optional(z.string()),
});

/** Where an account stands with a month. */
export type AccountMonth = z.output<typeof monthSchema>['accounts'][number];

/** `POST /v1/statements/close` */
export const closedSchema = z.object({
  closed: z.array(
    z.object({
      accountOwnerId: z.string(),
      isNew: z.boolean(),
      total: z.string(),
      totalExact: z.string(),
      prepaid: z.string(),
      amountDue: z.string(),
      waiting: waitingSchema,
    }),
  ),
  refused: z.array(
    z.object({ accountOwnerId: z.string(), code: z.string(), detail: z.string(), waiting: waitingSchema }),
  ),
  next: z.nullable(z.string()),
});

/** A statement as it would be. */
export type ClosedMonth = z.output<typeof closedSchema>['closed'][number];
export type RefusedMonth = z.output<typeof closedSchema>['refused'][number];
