import { MONTH_STATES, REMITTANCE_STATUSES } from '@hopsmeter/db';
import { parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { exactSchema } from '../../contract/amounts.ts';

/** Stripe's ids of customers, as the table has them. */
const STRIPE_CUSTOMER = /^cus_[A-Za-z0-9]{1,64}$/;

export const stripeCustomerField = z
  .string()
  .superRefine((text, context) => {
    if (!STRIPE_CUSTOMER.test(text))
      context.addIssue({
        code: 'custom',
        message: 'expected an id such as cus_NffrFeUfNV2Hib',
        params: { code: 'INVALID_TEXT' },
      });
  })
  .meta({ description: "Stripe's id of the customer", examples: ['cus_NffrFeUfNV2Hib'] });

/** A UTC day in a body. */
export const dayField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (parseUsageDay(text) === undefined)
        context.addIssue({
          code: 'custom',
          message: 'expected a day such as 2026-11-22',
          params: { code: 'INVALID_TIME' },
        });
    })
    .meta({ description, examples: ['2026-12-01'], format: 'date' });

const daySchema = z.string().meta({ examples: ['2026-11-01'] });

export const stripePeriodSchema = z
  .object({
    stripeCustomerId: z.string().meta({ examples: ['cus_NffrFeUfNV2Hib'] }),
    from: daySchema.meta({
      description: 'First day whose usage the customer pays for, by the day on which it is booked',
    }),
    to: daySchema.nullable().meta({ description: 'The day after the last one; null while it goes on' }),
  })
  .meta({ id: 'StripePeriod', description: 'That a Stripe customer pays, or paid, for an account' });

export const stripeMonthSchema = z
  .object({
    month: z.string().meta({ examples: ['2026-11'] }),
    stripeCustomerId: z.string().meta({ examples: ['cus_NffrFeUfNV2Hib'] }),
    meter: z.string().meta({ examples: ['cpu_hours'] }),
    quantity: exactSchema.meta({ description: 'Used and booked in the month on days that the customer pays for' }),
    carriedIn: exactSchema.meta({ description: 'What earlier months left over' }),
    sent: exactSchema.meta({ description: 'What Stripe has' }),
    remainder: exactSchema.meta({
      description: '`carriedIn` + `quantity` - `sent`: what the next month carries in; negative when too much was sent',
    }),
    state: z.enum(MONTH_STATES).meta({
      description:
        '`sent`: nothing is left to send; `waiting`: the next round sends; `owed`: more was sent than used; else the ' +
        'status of what is open',
    }),
  })
  .meta({ id: 'StripeMonth', description: "A month of a meter; all amounts in the meter's unit" });

const timeSchema = z
  .string()
  .nullable()
  .meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

export const remittanceSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    identifier: z
      .string()
      .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'], description: 'By which Stripe knows it' }),
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    stripeCustomerId: z.string().meta({ examples: ['cus_NffrFeUfNV2Hib'] }),
    meter: z.string().meta({ examples: ['cpu_hours'] }),
    eventName: z.string().meta({ description: 'Of the meter at Stripe', examples: ['hopsmeter_cpu_hours'] }),
    month: z.string().meta({ description: 'In which the usage is booked', examples: ['2026-11'] }),
    value: z.string().meta({ description: "What was sent, in thousandths of the meter's unit", examples: ['1500'] }),
    cumulativeAfter: z
      .string()
      .meta({ examples: ['24500'], description: 'All that was sent by then, this included, in thousandths' }),
    usageTotal: exactSchema.meta({ description: "All that was used by then, in the meter's unit" }),
    stampedAt: timeSchema.meta({ description: 'The time that Stripe is told' }),
    status: z.enum(REMITTANCE_STATUSES),
    attempts: z
      .int()
      .min(0)
      .meta({ examples: [1] }),
    nextAttemptAt: timeSchema,
    uncertainSince: timeSchema.meta({ description: 'The first attempt that may have reached Stripe' }),
    createdAt: timeSchema.unwrap().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    sentAt: timeSchema.meta({ description: 'When Stripe took it; null where a person said so' }),
    lastError: z
      .string()
      .meta({ examples: ['no answer in time'] })
      .nullable(),
    resolvedAt: timeSchema,
    resolvedBy: z
      .string()
      .meta({ examples: ['auth0|507f1f77'] })
      .nullable(),
    resolution: z
      .string()
      .nullable()
      .meta({ examples: ['counted'], description: 'Why a person decided so' }),
  })
  .meta({ id: 'Remittance', description: 'A meter event for Stripe and how far it got' });
