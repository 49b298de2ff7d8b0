import { parseQuantity } from '../decimal.ts';
import type { PriceModel, PriceTerms } from './pricing.ts';

/** The stored form of a tier: decimal texts; null stands for "without end". */
export type StoredTier = { readonly upTo: string | null; readonly price: string };

/** Terms as the database keeps them, all numbers as decimal text. `tiers` is null unless graduated or volume. */
export type StoredTerms = {
  readonly price: string;
  readonly priceQuantity: string;
  readonly model: PriceModel;
  readonly tiers: readonly StoredTier[] | null;
  readonly includedQuantity: string;
};

/** Reads terms as the database keeps them. @throws RangeError for anything else. */
export function readTerms(stored: StoredTerms): PriceTerms {
  return {
    price: parseQuantity(stored.price),
    priceQuantity: parseQuantity(stored.priceQuantity),
    model: stored.model,
    tiers: (stored.tiers ?? []).map(({ upTo, price }) => ({
      upTo: upTo === null ? undefined : parseQuantity(upTo),
      price: parseQuantity(price),
    })),
    includedQuantity: parseQuantity(stored.includedQuantity),
  };
}
