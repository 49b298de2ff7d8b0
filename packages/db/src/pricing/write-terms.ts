import { formatQuantity, type PriceTerms, type StoredTerms } from '@hopsmeter/usage';

/** Writes terms as the database keeps them and as JSON shows them; `readTerms` reads them again. */
export function writeTerms({ price, priceQuantity, model, tiers, includedQuantity }: PriceTerms): StoredTerms {
  const stored = tiers.map((tier) => ({
    upTo: tier.upTo === undefined ? null : formatQuantity(tier.upTo),
    price: formatQuantity(tier.price),
  }));
  return {
    price: formatQuantity(price),
    priceQuantity: formatQuantity(priceQuantity),
    model,
    tiers: stored.length === 0 ? null : stored,
    includedQuantity: formatQuantity(includedQuantity),
  };
}
