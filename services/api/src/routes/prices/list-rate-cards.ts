import { listRateCards, type Pool, type RateCardRow } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { dayText, decimalSchema, mutable, termsShape, validToText } from './schemas.ts';

const rateSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    meter: z.string().meta({ examples: ['cpu_hours'] }),
    validFrom: dayText,
    validTo: validToText,
    ...termsShape,
  })
  .meta({ id: 'Rate', description: 'What a meter costs on a card from a day on, until its next rate' });

export const rateCardSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    name: z.string().meta({ examples: ['default'] }),
    creditUsd: decimalSchema.meta({ description: 'USD of one credit' }),
    isDefault: z.boolean().meta({ description: 'Whether accounts without a card of their own are on it' }),
    rates: z.array(rateSchema).meta({ description: 'All that are not withdrawn, by meter and day' }),
  })
  .meta({ id: 'RateCard' });

/** A card as {@link rateCardSchema} shows it. */
export function describeRateCard(card: RateCardRow) {
  return { ...card, rates: card.rates.map(mutable) };
}

/** `GET /v1/rate-cards` */
export function addListRateCards(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listRateCards',
    summary: 'List rate cards with their rates',
    description:
      'The default card first, then by name. Rates of the past and of the future; withdrawn ones are left out.',
    tags: ['Prices'],
    querystring: z.strictObject({}),
    response: listed('The cards', z.object({ rateCards: z.array(rateCardSchema) }).meta({ id: 'RateCards' })),
  };
  app.get('/v1/rate-cards', { schema, config: { access: 'staff' } }, async () => {
    return { rateCards: (await listRateCards(pool)).map(describeRateCard) };
  });
}
