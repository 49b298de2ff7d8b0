import type { PriceChange } from '@hopsmeter/db';
import { NAME_LENGTH_MAX, parseUsageDay, type UsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { systemIdField, userIdField } from '../../contract/fields.ts';
import { decimalField, readTerms, termsFields } from './fields.ts';

const meterField = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .meta({ description: 'A registered meter', examples: ['cpu_hours'] });

const dayField = (description: string) =>
  z
    .string()
    .meta({ examples: ['2026-11-01'] })
    .transform((text, context): UsageDay => {
      const day = parseUsageDay(text);
      if (day !== undefined) return day;
      const message = 'expected a day such as 2026-11-22';
      context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TIME' } });
      return z.NEVER;
    })
    .meta({ description, format: 'date' });

const DISCOUNT_MAX = 100n;

const overrideField = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('price'), meter: meterField, ...termsFields }),
  z.strictObject({
    kind: z.literal('discount'),
    meter: meterField.optional().meta({ description: 'All meters when not given' }),
    discountPercent: decimalField({
      description: "Percent off the card's prices, at most 100, at most 4 decimals",
      example: '12.5',
      most: DISCOUNT_MAX,
      decimals: 4,
    }),
  }),
  z.strictObject({ kind: z.literal('card'), rateCardId: systemIdField('The card that the account is on instead') }),
]);

/** What is asked for. Read once: from here on it is a {@link PriceChange}. */
export const changeField = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('set_rate'),
      rateCardId: systemIdField('The card'),
      meter: meterField,
      validFrom: dayField('The first usage day'),
      ...termsFields,
    }),
    z.strictObject({ kind: z.literal('withdraw_rate'), rateId: systemIdField('The rate') }),
    z.strictObject({
      kind: z.literal('set_override'),
      accountOwnerId: userIdField('The account'),
      override: overrideField,
      validFrom: dayField('The first usage day'),
      validTo: dayField('The day after the last one; open when not given').optional(),
    }),
    z.strictObject({
      kind: z.literal('end_override'),
      overrideId: systemIdField('The override'),
      validTo: dayField('The day after the last one'),
    }),
    z.strictObject({ kind: z.literal('withdraw_override'), overrideId: systemIdField('The override') }),
  ])
  .transform((given, context): PriceChange => {
    if (given.kind === 'set_rate') {
      const { kind, rateCardId, meter, validFrom, ...fields } = given;
      const terms = readTerms(fields, context, []);
      return terms === undefined ? z.NEVER : { kind, rateCardId, meter, validFrom, terms };
    }
    if (given.kind !== 'set_override') return given;
    const { kind, accountOwnerId, override, validFrom, validTo } = given;
    const common = { kind, accountOwnerId, validFrom, validTo };
    if (override.kind === 'card') return { ...common, override };
    if (override.kind === 'discount') {
      const { meter, discountPercent: percent } = override;
      return { ...common, override: { kind: 'discount', meter, percent } };
    }
    const terms = readTerms(override, context, ['override']);
    return terms === undefined ? z.NEVER : { ...common, override: { kind: 'price', meter: override.meter, terms } };
  })
  .meta({ description: 'What to change, by its `kind`' });
