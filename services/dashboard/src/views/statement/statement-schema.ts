import * as z from 'zod/mini';

/** `GET /v1/statements/{account}/{month}` */
export const statementSchema = z.object({
  accountOwnerId: z.string(),
  issuer: z.nullable(z.string()),
  customer: z.object({
    name: z.nullable(z.string()),
    email: z.nullable(z.string()),
    billingAddress: z.nullable(z.string()),
  }),
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
  lines: z.array(
    z.object({
      position: z.number(),
      kind: z.string(),
      usageMonth: z.string(),
      meter: z.string(),
      user: z.nullable(z.string()),
      labels: z.object({ user: z.optional(z.string()) }),
      quantity: z.nullable(z.string()),
      unitPrices: z.array(z.object({ price: z.string(), priceQuantity: z.string(), quantity: z.string() })),
      amount: z.string(),
      amountExact: z.string(),
      credits: z.string(),
      original: z.nullable(z.object({ account: z.string(), month: z.string(), number: z.number() })),
    }),
  ),
});

export type Statement = z.output<typeof statementSchema>;

export type StatementLine = Statement['lines'][number];
