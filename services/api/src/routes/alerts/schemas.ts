import { type AlertRow, DELIVERY_STATUSES } from '@hopsmeter/db';
import { parseQuantity, roundToCents } from '@hopsmeter/usage';
import { z } from 'zod';
import { exactSchema, formatCents, moneySchema } from '../../contract/amounts.ts';

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

export const alertSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    month: z.string().meta({ examples: ['2026-11'] }),
    threshold: z.int().meta({ examples: [80], description: 'Percent of the cap: 80, 90 or 100' }),
    cap: moneySchema.meta({ description: 'The cap when the alert was raised' }),
    spent: moneySchema.meta({ description: 'What was spent when it was raised' }),
    spentExact: exactSchema,
    raisedAt: timeSchema,
    deliveries: z
      .object({
        pending: z.int().meta({ examples: [1] }),
        delivered: z.int().meta({ examples: [1] }),
        dead: z.int().meta({ examples: [0] }),
      })
      .meta({ description: 'How many webhooks were told, are to be told, or could not be told' }),
  })
  .meta({ id: 'SpendingAlert' });

/** Writes an alert as {@link alertSchema} has it. */
export function describeAlert(alert: AlertRow): z.input<typeof alertSchema> {
  const { id, accountOwnerId, month, threshold, cap, spent, raisedAt, pending, delivered, dead } = alert;
  return {
    id,
    accountOwnerId,
    month,
    threshold,
    cap: formatCents(cap),
    spent: formatCents(roundToCents(parseQuantity(spent))),
    spentExact: spent,
    raisedAt,
    deliveries: { pending, delivered, dead },
  };
}

export const webhookSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    url: z.string().meta({ examples: ['https://hooks.example.com/billing'] }),
    accountOwnerId: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f77'], description: 'Whose alerts it gets; null for all accounts' }),
    createdAt: timeSchema,
    disabledAt: timeSchema.nullable(),
  })
  .meta({ id: 'Webhook' });

export const deliverySchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    alertId: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    webhookId: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z
      .int()
      .meta({ examples: [1], description: 'Attempts so far; a dead delivery that is retried begins again' }),
    createdAt: timeSchema,
    lastAttemptAt: timeSchema.nullable(),
    nextAttemptAt: timeSchema.nullable().meta({ description: 'Null once it is delivered or dead' }),
    deliveredAt: timeSchema.nullable(),
    deadAt: timeSchema.nullable(),
    lastStatus: z
      .int()
      .nullable()
      .meta({ examples: [500], description: 'HTTP status of the last answer; null without one' }),
    lastError: z
      .string()
      .nullable()
      .meta({ examples: ['answered 500'] }),
  })
  .meta({ id: 'WebhookDelivery' });
