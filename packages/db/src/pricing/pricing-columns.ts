import { type PricingSnapshot, parseQuantity, parseUsageDay, readTerms, type StoredTerms } from '@hopsmeter/usage';

/**
 * Columns of a statement that reads all prices in force, now or in the future; decimals as text. See {@link toPricing}.
 */
export const PRICING_COLUMNS = `
  (select coalesce(json_agg(json_build_array(id, name, credit_usd::text, is_default)), '[]')
    from hopsmeter.rate_cards) as cards,
  (select coalesce(json_agg(json_build_array(id, rate_card_id, meter, valid_from, json_build_object(
      'price', price::text, 'priceQuantity', price_quantity::text, 'model', model, 'tiers', tiers,
      'includedQuantity', included_quantity::text))), '[]')
    from hopsmeter.rates where withdrawn_at is null) as rates,
  (select coalesce(json_agg(json_build_object(
      'id', id, 'accountOwnerId', account_owner_id, 'kind', kind, 'meter', meter, 'validFrom', valid_from,
      'validTo', valid_to, 'percent', discount_percent::text, 'rateCardId', rate_card_id,
      'terms', json_build_object(
        'price', price::text, 'priceQuantity', price_quantity::text, 'model', model, 'tiers', tiers,
        'includedQuantity', included_quantity::text))), '[]')
    from hopsmeter.price_overrides where withdrawn_at is null) as overrides
`;

type OverrideRow = {
  readonly id: string;
  readonly accountOwnerId: string;
  readonly validFrom: string;
  readonly validTo: string | null;
} & (
  | { readonly kind: 'price'; readonly meter: string; readonly terms: StoredTerms }
  | { readonly kind: 'discount'; readonly meter: string | null; readonly percent: string }
  | { readonly kind: 'card'; readonly rateCardId: string }
);

/** What {@link PRICING_COLUMNS} gives. */
export type PricingRow = {
  readonly cards: readonly [id: string, name: string, creditUsd: string, isDefault: boolean][];
  readonly rates: readonly [id: string, rateCardId: string, meter: string, validFrom: string, terms: StoredTerms][];
  readonly overrides: readonly OverrideRow[];
};

export function toPricing({ cards, rates, overrides }: PricingRow): PricingSnapshot {
  return {
    cards: cards.map(([id, name, creditUsd, isDefault]) => ({
      id,
      name,
      creditUsd: parseQuantity(creditUsd),
      isDefault,
    })),
    rates: rates.map(([id, rateCardId, meter, validFrom, terms]) => ({
      id,
      rateCardId,
      meter,
      validFrom: dayOf(validFrom),
      ...readTerms(terms),
    })),
    overrides: overrides.map((row) => {
      const { id, accountOwnerId } = row;
      const validTo = row.validTo === null ? Number.POSITIVE_INFINITY : dayOf(row.validTo);
      const common = { id, accountOwnerId, validFrom: dayOf(row.validFrom), validTo };
      if (row.kind === 'price') return { ...common, kind: row.kind, meter: row.meter, terms: readTerms(row.terms) };
      if (row.kind === 'card') return { ...common, kind: row.kind, rateCardId: row.rateCardId };
      return { ...common, kind: row.kind, meter: row.meter ?? undefined, percent: parseQuantity(row.percent) };
    }),
  };
}

/** @throws Error when the text is no day: the database gives none like that. */
export function dayOf(text: string): number {
  const day = parseUsageDay(text);
  if (day === undefined) throw new Error(`the database gave ${text} as a day`);
  return day;
}
