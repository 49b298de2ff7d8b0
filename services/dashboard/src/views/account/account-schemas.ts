import * as z from 'zod/mini';
import { accountSchema, totalsGroupSchema } from '../../api/schemas.ts';

/** `GET /v1/accounts/{id}` */
export const accountFactsSchema = z.extend(accountSchema, {
  billingAddress: z.nullable(z.string()),
  accountOwnerId: z.nullable(z.string()),
  cluster: z.nullable(z.object({ id: z.string(), name: z.string() })),
  cap: z.nullable(z.string()),
  creditLeft: z.string(),
  hasStripeCustomer: z.boolean(),
});

export type AccountFacts = z.output<typeof accountFactsSchema>;

/** `GET /v1/accounts/{id}/breakdown` */
export const breakdownSchema = z.object({
  total: z.string(),
  parts: z.array(totalsGroupSchema),
  meters: z.array(totalsGroupSchema),
  cells: z.array(totalsGroupSchema),
});

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
  revokeReason: z.nullable(z.string()),
  carriedFrom: z.nullable(z.object({ month: z.string(), number: z.number() })),
  draws: z.array(z.object({ month: z.string(), number: z.number(), amount: z.string() })),
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
