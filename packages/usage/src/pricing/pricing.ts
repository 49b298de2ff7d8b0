import { divideHalfAway, formatQuantity, ONE, type Quantity } from '../decimal.ts';
import { groupBy } from '../group-by.ts';
import { IMPORTED_METERS, importedPriceOf } from '../imported-usage.ts';
import type { UsageDay } from '../time.ts';

/** How the quantity of a month becomes money. */
export const PRICE_MODELS = ['flat', 'graduated', 'volume', 'package'] as const;
export type PriceModel = (typeof PRICE_MODELS)[number];

/**
 * Up to `upTo` units (inclusive, of the meter; undefined: without end) at `price` USD for the terms' price quantity.
 */
export type Tier = { readonly upTo: Quantity | undefined; readonly price: Quantity };

/**
 * What a meter costs. `price` USD for `priceQuantity` units is the list price, which every row shows. Tiers, packages
 * and included quantities count over the account's month. Of graduated and volume terms the list price is the first
 * tier's; of package terms `price` is that of one package of `priceQuantity` units.
 */
export type PriceTerms = {
  readonly price: Quantity;
  /** More than zero. */
  readonly priceQuantity: Quantity;
  readonly model: PriceModel;
  /** In ascending order, the last one without an end; empty unless graduated or volume. */
  readonly tiers: readonly Tier[];
  /** Units a month that cost nothing. */
  readonly includedQuantity: Quantity;
};

/** A named set of rates; `creditUsd` is what one credit costs. Exactly one card is the default. */
export type RateCard = {
  readonly id: string;
  readonly name: string;
  readonly creditUsd: Quantity;
  readonly isDefault: boolean;
};

/** The terms of a meter on a card from a day on. */
export type Rate = PriceTerms & {
  readonly id: string;
  readonly rateCardId: string;
  readonly meter: string;
  readonly validFrom: UsageDay;
};

/**
 * What an account pays instead, from `validFrom` up to, but not including, `validTo`. Those of one kind and meter never
 * overlap.
 */
export type PriceOverride = {
  readonly id: string;
  readonly accountOwnerId: string;
  readonly validFrom: UsageDay;
  /** Infinity while it is open. */
  readonly validTo: UsageDay;
} & (
  | { readonly kind: 'price'; readonly meter: string; readonly terms: PriceTerms }
  /** `percent` off the prices of the card, in units of 10⁻¹²; of one meter, or of all when undefined. */
  | { readonly kind: 'discount'; readonly meter: string | undefined; readonly percent: Quantity }
  | { readonly kind: 'card'; readonly rateCardId: string }
);

/** Everything that decides prices, without what was withdrawn. */
export type PricingSnapshot = {
  readonly cards: readonly RateCard[];
  readonly rates: readonly Rate[];
  readonly overrides: readonly PriceOverride[];
};

/** The terms in force for an account, a meter and a day, and which rows of the database they come from. */
export type EffectivePrice = PriceTerms & {
  readonly meter: string;
  /** The card's rate; undefined where the account has a price of its own. */
  readonly rateId: string | undefined;
  /** The account's own price or discount. */
  readonly overrideId: string | undefined;
  /** Decimal text of `price` and `priceQuantity`. */
  readonly priceText: string;
  readonly priceQuantityText: string;
};

/** Answers from one {@link PricingSnapshot}. */
export type Pricing = {
  /**
   * The price in force. An account's own price comes first and is not discounted; else it is the rate of the account's
   * card (its own, or the default), less the discount of the meter or, failing that, of all meters. A discounted price
   * is rounded to 12 decimals, half away from zero. `undefined` when the meter has no price on that day. Meters of
   * imported usage have one price for everybody for ever, of no card.
   *
   * Equal answers of accounts without overrides are the same object. `effective_price` in the database is the same
   * rule.
   */
  priceOf(accountOwnerId: string, meter: string, day: UsageDay): EffectivePrice | undefined;
  /** Whether the account has anything of its own, on any day. */
  hasOverrides(accountOwnerId: string): boolean;
  /** The card of an account on a day: its own, or the default. */
  cardOf(accountOwnerId: string, day: UsageDay): RateCard;
};

/** @throws RangeError when no card is the default. */
export function createPricing(snapshot: PricingSnapshot): Pricing {
  const cards = new Map(snapshot.cards.map((card) => [card.id, card]));
  const found = snapshot.cards.find(({ isDefault }) => isDefault);
  if (found === undefined) throw new RangeError('no rate card is the default');
  const defaultCard = found;
  const rates = groupRates(snapshot.rates);
  const overrides = groupBy(snapshot.overrides, ({ accountOwnerId }) => accountOwnerId);

  const cardNamed = (id: string): RateCard => {
    const card = cards.get(id);
    if (card === undefined) throw new RangeError(`there is no rate card ${id}`);
    return card;
  };

  const rateOf = (cardId: string, meter: string, day: UsageDay): EffectivePrice | undefined =>
    rates
      .get(cardId)
      ?.get(meter)
      ?.find(({ validFrom }) => validFrom <= day)?.effective;

  const cardOf = (accountOwnerId: string, day: UsageDay): RateCard => {
    for (const override of overrides.get(accountOwnerId) ?? [])
      if (override.kind === 'card' && isInForce(override, day)) return cardNamed(override.rateCardId);
    return defaultCard;
  };

  return {
    cardOf,
    hasOverrides: (accountOwnerId) => overrides.has(accountOwnerId),
    priceOf(accountOwnerId, meter, day) {
      const own = overrides.get(accountOwnerId);
      if (own === undefined) return rateOf(defaultCard.id, meter, day) ?? IMPORTED_PRICES.get(meter);
      let discount: Extract<PriceOverride, { kind: 'discount' }> | undefined;
      for (const override of own) {
        if (!isInForce(override, day)) continue;
        if (override.kind === 'price' && override.meter === meter)
          return describe(override.terms, meter, undefined, override.id);
        if (override.kind !== 'discount') continue;
        if (override.meter === meter) discount = override;
        else if (override.meter === undefined) discount ??= override;
      }
      const rate = rateOf(cardOf(accountOwnerId, day).id, meter, day);
      if (rate === undefined) return IMPORTED_PRICES.get(meter);
      if (discount === undefined) return rate;
      return describe(discountTerms(rate, discount.percent), meter, rate.rateId, discount.id);
    },
  };
}

type RateFrom = { readonly validFrom: UsageDay; readonly effective: EffectivePrice };

/** By card and meter, the newest first. */
function groupRates(rates: readonly Rate[]): ReadonlyMap<string, ReadonlyMap<string, readonly RateFrom[]>> {
  const byCard = new Map<string, Map<string, RateFrom[]>>();
  for (const rate of [...rates].sort((a, b) => b.validFrom - a.validFrom)) {
    const byMeter = byCard.get(rate.rateCardId) ?? new Map<string, RateFrom[]>();
    byCard.set(rate.rateCardId, byMeter);
    const list = byMeter.get(rate.meter) ?? [];
    byMeter.set(rate.meter, list);
    list.push({ validFrom: rate.validFrom, effective: describe(rate, rate.meter, rate.id, undefined) });
  }
  return byCard;
}

function isInForce({ validFrom, validTo }: PriceOverride, day: UsageDay): boolean {
  return validFrom <= day && day < validTo;
}

function describe(
  { price, priceQuantity, model, tiers, includedQuantity }: PriceTerms,
  meter: string,
  rateId: string | undefined,
  overrideId: string | undefined,
): EffectivePrice {
  return {
    price,
    priceQuantity,
    model,
    tiers,
    includedQuantity,
    meter,
    rateId,
    overrideId,
    priceText: formatQuantity(price),
    priceQuantityText: formatQuantity(priceQuantity),
  };
}

/** No card has a rate for these meters. */
const IMPORTED_PRICES: ReadonlyMap<string, EffectivePrice> = new Map(
  Object.values(IMPORTED_METERS).map((meter) => {
    const price = importedPriceOf(meter);
    const terms = { price, priceQuantity: ONE, model: 'flat', tiers: [], includedQuantity: 0n } as const;
    return [meter, describe(terms, meter, undefined, undefined)];
  }),
);

const HUNDRED_PERCENT = 100n * ONE;

function discountTerms(terms: PriceTerms, percent: Quantity): PriceTerms {
  const less = (price: Quantity): Quantity => divideHalfAway(price * (HUNDRED_PERCENT - percent), HUNDRED_PERCENT);
  return {
    ...terms,
    price: less(terms.price),
    tiers: terms.tiers.map(({ upTo, price }) => ({ upTo, price: less(price) })),
  };
}
