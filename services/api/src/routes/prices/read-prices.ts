import { hasAccount, type Pool, readPrices } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, MICROS_PER_MS, RequestError, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { CURRENCY, currencySchema } from '../../contract/amounts.ts';
import { accountIdSchema, daySchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { dayText, decimalSchema, mutable, overrideSchema, termsShape } from './schemas.ts';

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    day: dayText,
    currency: currencySchema,
    rateCard: z
      .object({
        id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
        name: z.string().meta({ examples: ['default'] }),
        creditUsd: decimalSchema,
      })
      .meta({ description: 'The card that the account is on that day' }),
    prices: z
      .array(
        z
          .object({
            meter: z.string().meta({ examples: ['cpu_hours'] }),
            ...termsShape,
            source: z.enum(['card', 'discount', 'price']).meta({
              description: "The card's rate as it is, less a discount, or the account's own price",
            }),
            rateId: z
              .string()
              .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
              .nullable(),
            overrideId: z
              .string()
              .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] })
              .nullable(),
          })
          .meta({ id: 'AccountPrice' }),
      )
      .meta({ description: 'By meter; a meter without a price on that day is not among them' }),
    overrides: z.array(overrideSchema).meta({ description: 'Whenever they are in force, by their first day' }),
  })
  .meta({ id: 'AccountPrices' });

/** `GET /v1/accounts/{id}/prices` */
export function addReadPrices(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readPrices',
    summary: 'Read what an account pays for each meter on a day',
    description: 'The price in force, where it comes from, and everything that the account has of its own.',
    tags: ['Prices'],
    params: z.strictObject({ id: accountIdSchema }),
    querystring: z.strictObject({ day: daySchema('Usage day (UTC); today when not given', '2026-11-22').optional() }),
    response: { ...answer('The prices', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/accounts/:id/prices', { schema, config: { access: 'own-account' } }, async ({ params, query }) => {
    const day = query.day ?? usageDayOf(Date.now() * MICROS_PER_MS);
    if (!(await hasAccount(pool, params.id))) throw new RequestError('NOT_FOUND', 'no such account');
    const { rateCard, prices, overrides } = await readPrices(pool, params.id, day);
    return {
      accountOwnerId: params.id,
      day: formatUsageDay(day),
      currency: CURRENCY,
      rateCard,
      prices: prices.map(mutable),
      overrides: overrides.map((override) => (override.kind === 'price' ? mutable(override) : override)),
    };
  });
}
