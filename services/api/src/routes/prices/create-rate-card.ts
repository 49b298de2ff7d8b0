import { createRateCard, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { nameField } from '../../contract/fields.ts';
import { decimalField } from './fields.ts';
import { describeRateCard, rateCardSchema } from './list-rate-cards.ts';

/** Beyond it a credit is a typing error. */
const CREDIT_USD_MAX = 1_000_000n;

const bodySchema = z.strictObject({
  name: nameField('Name of the card', 'partners'),
  creditUsd: decimalField({ description: 'USD of one credit', example: '0.35', most: CREDIT_USD_MAX, decimals: 12 }),
});

/** `POST /v1/rate-cards` */
export function addCreateRateCard(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createRateCard',
    summary: 'Add a rate card',
    description: 'It has no rates yet: add some before putting an account on it. Sent again it answers 200.',
    tags: ['Prices'],
    body: bodySchema,
    response: created('The card was added', rateCardSchema, 'RATE_CARD_EXISTS'),
  };
  app.post(
    '/v1/rate-cards',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { isCreated, value } = await createRateCard(pool, changeOf(request), request.body);
      return reply.code(isCreated ? 201 : 200).send(describeRateCard(value));
    },
  );
}
