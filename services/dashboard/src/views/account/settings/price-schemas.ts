import * as z from 'zod/mini';

const termsShape = {
  price: z.string(),
  priceQuantity: z.string(),
  model: z.enum(['flat', 'graduated', 'volume', 'package']),
  includedQuantity: z.string(),
};

const periodShape = { id: z.string(), validFrom: z.string(), validTo: z.nullable(z.string()) };

const overrideSchema = z.discriminatedUnion('kind', [
  z.object({ ...periodShape, kind: z.literal('price'), meter: z.string(), ...termsShape }),
  z.object({ ...periodShape, kind: z.literal('discount'), meter: z.nullable(z.string()), discountPercent: z.string() }),
  z.object({ ...periodShape, kind: z.literal('card'), rateCardId: z.string() }),
]);

export type PriceOverride = z.output<typeof overrideSchema>;

const priceSchema = z.object({ meter: z.string(), ...termsShape, source: z.enum(['card', 'discount', 'price']) });

export type AccountPrice = z.output<typeof priceSchema>;

/** `GET /v1/accounts/{id}/prices` */
export const pricesSchema = z.object({
  day: z.string(),
  rateCard: z.object({ name: z.string(), creditUsd: z.string() }),
  prices: z.array(priceSchema),
  overrides: z.array(overrideSchema),
});
