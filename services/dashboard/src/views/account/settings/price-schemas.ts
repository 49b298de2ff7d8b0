import * as z from 'zod/mini';
import { accountPricesSchema, contentSchema, overrideShape } from '../../prices/price-schemas.ts';

const ownSchema = z.intersection(z.object(overrideShape), contentSchema);

export type OwnPrice = z.output<typeof ownSchema>;

/** `GET /v1/accounts/{id}/prices`, with what the account has of its own. */
export const pricesSchema = z.extend(accountPricesSchema, {
  rateCard: z.object({ id: z.string(), name: z.string(), creditUsd: z.string() }),
  overrides: z.array(ownSchema),
});
