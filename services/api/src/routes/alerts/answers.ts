import { type AlertRow, DELIVERY_STATUSES } from '@hopsmeter/db';
import { parseQuantity, roundToCents } from '@hopsmeter/usage';
import { z } from 'zod';
import { exactSchema, formatCents, moneySchema } from '../../contract/amounts.ts';

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

export const alertSchema = z
  .object({
    id: z.string(),
    accountOwnerId: z.string(),
    month: z.string().meta({ examples: ['2026-11'] }),
    threshold: z.int().meta({ description: 'Percent of the cap: 80, 90 or 100' }),
    cap: moneySchema.meta({ description: 'The cap when the alert was raised' }),
    spent: moneySchema.meta({ description: 'What was spent when it was raised' }),
    spentExact: exactSchema,
    raisedAt: timeSchema,
    deliveries: z
      .object({ pending: z.int(), delivered: z.int(), dead: z.int() })
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
    id: z.string(),
    url: z.string().meta({ examples: ['https://hooks.example.com/billing'] }),
    accountOwnerId: z.string().nullable().meta({ description: 'Whose alerts it gets; null for all accounts' }),
    createdAt: timeSchema,
    disabledAt: timeSchema.nullable(),
  })
  .meta({ id: 'Webhook' });

export const deliverySchema = z
  .object({
    id: z.string(),
    alertId: z.string(),
    webhookId: z.string(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int().meta({ description: 'Attempts so far; a dead delivery that is retried begins again' }),
    createdAt: timeSchema,
    lastAttemptAt: timeSchema.nullable(),
    nextAttemptAt: timeSchema.nullable().meta({ description: 'Null once it is delivered or dead' }),
    deliveredAt: timeSchema.nullable(),
    deadAt: timeSchema.nullable(),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last answer; null without one' }),
    lastError: z
      .string()
      .nullable()
      .meta({ examples: ['answered 500'] }),
  })
  .meta({ id: 'WebhookDelivery' });
