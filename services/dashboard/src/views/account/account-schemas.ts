import * as z from 'zod/mini';

/** What a list of statements and a statement have in common. */
export const summarySchema = z.object({
  month: z.string(),
  status: z.enum(['draft', 'final']),
  number: z.nullable(z.number()),
  closedAt: z.nullable(z.string()),
  total: z.string(),
  totalExact: z.string(),
  imported: z.string(),
  prepaid: z.string(),
  amountDue: z.string(),
  credits: z.string(),
  creditUsd: z.string(),
});

export type StatementSummary = z.output<typeof summarySchema>;

/** `GET /v1/accounts/{id}/statements` */
export const statementsSchema = z.object({
  statements: z.array(summarySchema),
  nextCursor: z.optional(z.string()),
});

const grantSchema = z.object({
  id: z.string(),
  reference: z.nullable(z.string()),
  status: z.enum(['scheduled', 'valid', 'expired', 'revoked']),
  amount: z.string(),
  drawn: z.string(),
  validFrom: z.string(),
  expiresOn: z.nullable(z.string()),
  reason: z.string(),
});

export type Grant = z.output<typeof grantSchema>;

/** `GET /v1/accounts/{id}/grants` */
export const grantsSchema = z.object({
  balance: z.object({
    granted: z.string(),
    drawn: z.string(),
    expired: z.string(),
    revoked: z.string(),
    left: z.string(),
  }),
  grants: z.array(grantSchema),
});

/** `GET /v1/accounts/{id}/cap` */
export const capSchema = z.object({
  month: z.string(),
  /** All null without a cap. */
  cap: z.nullable(z.string()),
  spent: z.nullable(z.string()),
  spentExact: z.nullable(z.string()),
  percent: z.nullable(z.string()),
  alerts: z.array(z.object({ id: z.string(), threshold: z.number(), raisedAt: z.string(), spent: z.string() })),
});
