import { PRICE_MODELS, type StoredTier } from '@hopsmeter/usage';
import { z } from 'zod';
import { exactSchema } from '../../contract/amounts.ts';

/** A decimal as it is kept, without zeros that say nothing. */
export const decimalSchema = z
  .string()
  .regex(/^\d+(?:\.\d{1,12})?$/)
  .meta({ id: 'Decimal', description: 'A decimal with at most 12 decimals, as text', examples: ['0.35'] });

export const dayText = z.string().meta({ description: 'UTC day', examples: ['2026-11-01'] });

export const validToText = z
  .string()
  .nullable()
  .meta({ description: 'The day after the last one; null where it is open', examples: ['2027-01-01'] });

/** What a meter costs, as answers show it. */
export const termsShape = {
  price: decimalSchema.meta({ description: 'The list price in USD, for `priceQuantity` units' }),
  priceQuantity: decimalSchema,
  model: z.enum(PRICE_MODELS),
  tiers: z
    .array(z.object({ upTo: decimalSchema.nullable(), price: decimalSchema }).meta({ id: 'Tier' }))
    .nullable()
    .meta({ description: 'Of graduated and volume terms' }),
  includedQuantity: decimalSchema.meta({ description: 'Units a month, account-wide, that cost nothing' }),
};

/** Terms with an array that an answer may hold: its type is not readonly. */
export function mutable<T extends { readonly tiers: readonly StoredTier[] | null }>(
  terms: T,
): Omit<T, 'tiers'> & { tiers: StoredTier[] | null } {
  return { ...terms, tiers: terms.tiers === null ? null : [...terms.tiers] };
}

const systemIdText = z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] });

export const accountNameText = z
  .string()
  .nullable()
  .meta({ examples: ['Ada Lovelace'], description: 'Name, or else e-mail address; null where it is not known' });

const overrideBase = {
  id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
  validFrom: dayText,
  validTo: validToText,
};

/** An override, with more fields beside its own. */
function overrideWith<Shape extends z.ZodRawShape>(more: Shape) {
  return z.discriminatedUnion('kind', [
    z.object({
      ...overrideBase,
      ...more,
      kind: z.literal('price'),
      meter: z.string().meta({ examples: ['cpu_hours'] }),
      ...termsShape,
    }),
    z.object({
      ...overrideBase,
      ...more,
      kind: z.literal('discount'),
      meter: z
        .string()
        .nullable()
        .meta({ examples: ['cpu_hours'], description: 'Null for all meters' }),
      discountPercent: decimalSchema,
    }),
    z.object({
      ...overrideBase,
      ...more,
      kind: z.literal('card'),
      rateCardId: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    }),
  ]);
}

export const overrideSchema = overrideWith({}).meta({
  id: 'PriceOverride',
  description: "What an account pays instead of its card's prices",
});

export const accountOverrideSchema = overrideWith({
  accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
  accountName: accountNameText,
}).meta({ id: 'AccountPriceOverride', description: 'An override, and whose it is' });

export const priceChangeSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    change: z.record(z.string(), z.unknown()).meta({ description: 'What was asked for' }),
    reason: z.string().meta({ examples: ['agreed with the customer'] }),
    accountOwnerId: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f77'], description: 'The only account that it concerns; null for all' }),
    accountName: accountNameText,
    meter: z
      .string()
      .nullable()
      .meta({ examples: ['cpu_hours'], description: 'The only meter that it concerns; null for all' }),
    firstDay: dayText.meta({ description: 'The first usage day that it concerns' }),
    endDay: validToText,
    status: z
      .enum(['applying', 'applied'])
      .meta({ description: '`applying` until all recorded usage has its new price' }),
    nextDay: z
      .string()
      .nullable()
      .meta({ examples: ['2026-11-05'], description: 'The usage day that is re-rated next; null once it is applied' }),
    changedRows: z
      .int()
      .min(0)
      .meta({ examples: [120], description: 'Rollup rows that were changed so far' }),
    costDifference: exactSchema.meta({ description: 'By how much, adjustments of closed months included' }),
    createdAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    createdBy: z.string().meta({ examples: ['auth0|507f1f77'] }),
    appliedAt: z
      .string()
      .meta({ examples: ['2026-11-22T14:05:00.123456Z'] })
      .nullable(),
    rateId: systemIdText.nullable().meta({ description: 'The rate that it made, until that is withdrawn' }),
    overrideId: systemIdText.nullable().meta({ description: 'The override that it made, until that is withdrawn' }),
  })
  .meta({ id: 'PriceChange' });
