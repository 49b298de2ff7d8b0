import * as z from 'zod/mini';

const tierSchema = z.object({ upTo: z.nullable(z.string()), price: z.string() });

const termsShape = {
  price: z.string(),
  priceQuantity: z.string(),
  model: z.enum(['flat', 'graduated', 'volume', 'package']),
  tiers: z.nullable(z.array(tierSchema)),
  includedQuantity: z.string(),
};

const termsSchema = z.object(termsShape);

/** What a meter costs. */
export type Terms = z.output<typeof termsSchema>;

/** `GET /v1/rate-cards` */
export const rateCardsSchema = z.object({
  rateCards: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      creditUsd: z.string(),
      isDefault: z.boolean(),
      rates: z.array(
        z.object({
          id: z.string(),
          meter: z.string(),
          validFrom: z.string(),
          validTo: z.nullable(z.string()),
          ...termsShape,
        }),
      ),
    }),
  ),
});

export type RateCard = z.output<typeof rateCardsSchema>['rateCards'][number];
export type Rate = RateCard['rates'][number];

/** `GET /v1/meters` */
export const metersSchema = z.object({
  meters: z.array(z.object({ meter: z.string(), unit: z.string(), description: z.string() })),
});

export type Meter = z.output<typeof metersSchema>['meters'][number];

export const meterSchema = z.object({ meter: z.string() });

/** Usage that another system has billed is counted on meters of its own, whose price nobody changes. */
export function isPriced({ meter }: Pick<Meter, 'meter'>): boolean {
  return !meter.startsWith('imported_');
}

/** What an account has of its own. */
export const contentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), meter: z.string(), ...termsShape }),
  z.object({ kind: z.literal('discount'), meter: z.nullable(z.string()), discountPercent: z.string() }),
  z.object({ kind: z.literal('card'), rateCardId: z.string() }),
]);

export type OverrideContent = z.output<typeof contentSchema>;

export const overrideShape = { id: z.string(), validFrom: z.string(), validTo: z.nullable(z.string()) };
const ownerShape = { accountOwnerId: z.string(), accountName: z.nullable(z.string()) };

/** `GET /v1/price-overrides` */
export const overridesSchema = z.object({
  overrides: z.array(z.intersection(z.object({ ...overrideShape, ...ownerShape }), contentSchema)),
});

export type Override = z.output<typeof overridesSchema>['overrides'][number];

/** `GET /v1/accounts/{id}/prices` */
export const accountPricesSchema = z.object({
  day: z.string(),
  rateCard: z.object({ id: z.string(), name: z.string() }),
  prices: z.array(z.object({ meter: z.string(), ...termsShape, source: z.enum(['card', 'discount', 'price']) })),
});

export type AccountPrice = z.output<typeof accountPricesSchema>['prices'][number];

/** What a price change asked for, as far as it is said in words. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set_rate'), rateCardId: z.string(), validFrom: z.string(), ...termsShape }),
  z.object({ kind: z.literal('withdraw_rate') }),
  z.object({
    kind: z.literal('set_override'),
    validFrom: z.string(),
    validTo: z.nullable(z.string()),
    override: contentSchema,
  }),
  z.object({ kind: z.literal('end_override'), validTo: z.string() }),
  z.object({ kind: z.literal('withdraw_override') }),
]);

/** `GET /v1/price-changes/{id}` */
export const priceChangeSchema = z.object({
  id: z.string(),
  change: z.looseObject({ kind: z.string() }),
  reason: z.string(),
  accountOwnerId: z.nullable(z.string()),
  accountName: z.nullable(z.string()),
  meter: z.nullable(z.string()),
  firstDay: z.string(),
  endDay: z.nullable(z.string()),
  status: z.enum(['applying', 'applied']),
  nextDay: z.nullable(z.string()),
  changedRows: z.number(),
  costDifference: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  appliedAt: z.nullable(z.string()),
  rateId: z.nullable(z.string()),
  overrideId: z.nullable(z.string()),
});

export type PriceChange = z.output<typeof priceChangeSchema>;

/** `GET /v1/price-changes` */
export const priceChangesSchema = z.object({
  priceChanges: z.array(priceChangeSchema),
  nextCursor: z.optional(z.string()),
});

const differenceShape = {
  oldCost: z.string(),
  newCost: z.string(),
  difference: z.string(),
  adjustment: z.string(),
  modelEffect: z.string(),
  changedRows: z.number(),
};

const monthShape = { oldBill: z.string(), newBill: z.string(), billDifference: z.string() };

/** `POST /v1/price-changes` */
export const priceChangedSchema = z.object({
  priceChange: z.nullable(z.object({ id: z.string() })),
  forecast: z.nullable(
    z.object({
      fingerprint: z.string(),
      isReRated: z.boolean(),
      firstDay: z.string(),
      endDay: z.nullable(z.string()),
      total: z.object(differenceShape),
      accountCount: z.number(),
      accounts: z.array(z.object({ ...ownerShape, ...differenceShape })),
      month: z.nullable(
        z.object({
          usageMonth: z.string(),
          pricedAs: z.string(),
          total: z.object(monthShape),
          accountCount: z.number(),
          accounts: z.array(z.object({ ...ownerShape, ...monthShape })),
        }),
      ),
    }),
  ),
});

export type Forecast = NonNullable<z.output<typeof priceChangedSchema>['forecast']>;

/** Asked for again when a price changed. */
export const TOUCHED_BY_PRICES = [
  '/v1/rate-cards',
  '/v1/price-overrides',
  '/v1/price-changes',
  '/v1/accounts',
  '/v1/totals',
];
