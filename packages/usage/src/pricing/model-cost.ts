import type { Quantity } from '../decimal.ts';
import type { PriceTerms, Tier } from './pricing.ts';

/** An exact amount in units of 10⁻¹² USD: `numerator ÷ denominator`. */
export type ExactAmount = { readonly numerator: bigint; readonly denominator: bigint };

/** Whether quantities of a month cost anything else than the list price. */
export function hasModelEffect({ model, includedQuantity }: PriceTerms): boolean {
  return model !== 'flat' || includedQuantity > 0n;
}

/**
 * What the first `quantity` units of a month cost under terms, exactly. The included units come first and cost nothing;
 * below them, and below zero, the cost is zero.
 *
 * - flat: units × price ÷ price quantity.
 * - graduated: each unit costs the price of the tier that it lies in.
 * - volume: every unit costs the price of the tier that the whole month's quantity lies in.
 * - package: every begun package of `priceQuantity` units costs the price.
 *
 * @param monthQuantity all units of the month, for volume terms.
 */
export function costOfFirst(quantity: Quantity, terms: PriceTerms, monthQuantity: Quantity): ExactAmount {
  const { price, priceQuantity, model, tiers, includedQuantity } = terms;
  const paid = atLeastZero(quantity - includedQuantity);
  switch (model) {
    case 'flat':
      return { numerator: paid * price, denominator: priceQuantity };
    case 'graduated':
      return { numerator: graduate(paid, tiers), denominator: priceQuantity };
    case 'volume': {
      const tier = tierOf(atLeastZero(monthQuantity - includedQuantity), tiers);
      return { numerator: paid * tier.price, denominator: priceQuantity };
    }
    case 'package':
      return { numerator: ((paid + priceQuantity - 1n) / priceQuantity) * price, denominator: 1n };
  }
}

function graduate(units: Quantity, tiers: readonly Tier[]): bigint {
  let numerator = 0n;
  let from = 0n;
  for (const { upTo, price } of tiers) {
    const to = upTo === undefined || units < upTo ? units : upTo;
    numerator += (to - from) * price;
    if (upTo === undefined || units <= upTo) return numerator;
    from = upTo;
  }
  throw new RangeError('the tiers end: the last one must have no end');
}

function tierOf(units: Quantity, tiers: readonly Tier[]): Tier {
  const tier = tiers.find(({ upTo }) => upTo === undefined || units <= upTo);
  if (tier === undefined) throw new RangeError('the tiers end: the last one must have no end');
  return tier;
}

function atLeastZero(quantity: Quantity): Quantity {
  return quantity > 0n ? quantity : 0n;
}
