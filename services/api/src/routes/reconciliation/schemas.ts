import { z } from 'zod';
import { exactQuantitySchema, exactSchema } from '../../contract/amounts.ts';

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });
const daySchema = z.string().meta({ examples: ['2026-11-22'] });

/** A number that a JSON number might not hold. */
const countSchema = z
  .string()
  .regex(/^\d+$/)
  .meta({ examples: ['1234567'] });

export const reconciliationShape = {
  id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
  kind: z.enum(['scheduled', 'requested']),
  requestedBy: z
    .string()
    .meta({ examples: ['auth0|507f1f77'], description: 'Who asked; `schedule` for one that came by itself' }),
  requestedAt: timeSchema,
  status: z.enum(['waiting', 'running', 'done']),
  from: daySchema.meta({ description: 'The first of its usage days' }),
  to: daySchema.meta({ description: 'The day after the last; a scheduled one does not take every day between' }),
  dayCount: z.int().meta({ examples: [31] }),
  checkedDays: z.int().meta({ examples: [31], description: 'How many of its days are done' }),
  checkedRows: countSchema.meta({ description: 'Rows of the rollup, or that should be there' }),
  differingRows: countSchema,
  differingDays: z.array(daySchema),
  costDifference: exactSchema.meta({
    description: 'What the differing rows cost too much or too little, each without its sign, added up',
  }),
  statementDifferenceCount: z
    .int()
    .nullable()
    .meta({
      examples: [0],
      description: 'What final statements say and is not so; null when they were not compared this time',
    }),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
};

export const reconciliationSchema = z
  .object(reconciliationShape)
  .meta({ id: 'Reconciliation', description: 'A comparison of the ledger with the rollup' });

/** How a row differs. */
export const differenceShape = {
  kind: z.enum(['missing', 'unexpected', 'usage', 'price']).meta({
    description:
      '`missing` from the rollup, `unexpected` there, another quantity or event count (`usage`), or another ' +
      '`price` or adjustment',
  }),
  usageDate: daySchema,
  bookedOn: daySchema,
  accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
  userId: z.string().meta({ examples: ['auth0|507f1f78'] }),
  clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
  projectId: z
    .string()
    .meta({ examples: ['3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11'] })
    .nullable(),
  meter: z.string().meta({ examples: ['cpu_hours'] }),
  ledgerQuantity: exactQuantitySchema.nullable().meta({ description: 'Null when the ledger holds no such usage' }),
  rollupQuantity: exactQuantitySchema.nullable().meta({ description: 'Null when the rollup has no such row' }),
  ledgerEventCount: z
    .string()
    .meta({ examples: ['24'] })
    .nullable(),
  rollupEventCount: z
    .string()
    .meta({ examples: ['23'] })
    .nullable(),
  expectedRateId: z
    .string()
    .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
    .nullable(),
  expectedOverrideId: z
    .string()
    .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
    .nullable(),
  expectedPrice: exactSchema.nullable().meta({ description: 'The price in force; of a closed month the row’s own' }),
  expectedPriceQuantity: exactSchema.nullable(),
  expectedPriceAdjustment: exactSchema,
  rateId: z
    .string()
    .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
    .nullable(),
  priceOverrideId: z
    .string()
    .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
    .nullable(),
  price: exactSchema.nullable(),
  priceQuantity: exactSchema.nullable(),
  priceAdjustment: exactSchema.nullable(),
  expectedCost: exactSchema.nullable(),
  cost: exactSchema.nullable(),
  isClosed: z.boolean().meta({ description: 'Booked in a closed month: no repair touches it' }),
};
