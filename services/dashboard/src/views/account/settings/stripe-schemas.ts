import * as z from 'zod/mini';

export const stripePeriodSchema = z.object({
  stripeCustomerId: z.string(),
  from: z.string(),
  to: z.nullable(z.string()),
});

export type StripePeriod = z.output<typeof stripePeriodSchema>;

const stripeMonthSchema = z.object({
  month: z.string(),
  stripeCustomerId: z.string(),
  meter: z.string(),
  quantity: z.string(),
  sent: z.string(),
  remainder: z.string(),
  state: z.enum(['sent', 'waiting', 'owed', 'pending', 'uncertain', 'rejected', 'too_old']),
});

export type StripeMonth = z.output<typeof stripeMonthSchema>;

/** `GET /v1/accounts/{id}/stripe` */
export const stripeSchema = z.object({ customers: z.array(stripePeriodSchema), months: z.array(stripeMonthSchema) });

export const remittanceSchema = z.object({
  id: z.string(),
  identifier: z.string(),
  meter: z.string(),
  month: z.string(),
  value: z.string(),
  status: z.enum(['pending', 'sent', 'uncertain', 'rejected', 'too_old', 'not_sent']),
  attempts: z.number(),
  createdAt: z.string(),
  sentAt: z.nullable(z.string()),
  lastError: z.nullable(z.string()),
  resolvedBy: z.nullable(z.string()),
  resolution: z.nullable(z.string()),
});

export type Remittance = z.output<typeof remittanceSchema>;

/** `GET /v1/stripe/remittances` */
export const remittancesSchema = z.object({
  remittances: z.array(remittanceSchema),
  nextCursor: z.optional(z.string()),
});
