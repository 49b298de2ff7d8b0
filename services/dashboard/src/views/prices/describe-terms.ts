import { formatDecimal, parseDecimal } from '../../format/decimal.ts';
import { formatQuantity, meterUnit } from '../../format/quantity.ts';
import { describeUnitPrice } from '../../format/unit-price.ts';
import type { Terms } from './price-schemas.ts';

/** What a meter costs, in one phrase for each tier, and what is included. */
export function describeTerms(meter: string, terms: Terms): readonly string[] {
  const { includedQuantity } = terms;
  const isIncluded = parseDecimal(includedQuantity) !== 0n;
  return [
    ...describeModel(meter, terms),
    ...(isIncluded ? [`the first ${unitsOf(meter, includedQuantity)} of a month are included`] : []),
  ];
}

function describeModel(meter: string, { model, price, priceQuantity, tiers }: Terms): readonly string[] {
  const textOf = (amount: string): string => {
    const { text, alias } = describeUnitPrice(meter, amount, priceQuantity);
    return alias === undefined ? text : `${text} (${alias})`;
  };
  switch (model) {
    case 'flat':
      return [textOf(price)];
    case 'package':
      return [`${textOf(price)}, for every package that is begun`];
    case 'graduated':
      return (tiers ?? []).map((tier, place) =>
        tier.upTo === null
          ? `${textOf(tier.price)} ${place === 0 ? 'for all' : 'for all beyond'}`
          : `${textOf(tier.price)} up to ${unitsOf(meter, tier.upTo)}`,
      );
    case 'volume':
      return (tiers ?? []).map((tier) =>
        tier.upTo === null
          ? `${textOf(tier.price)} for all units of a larger month`
          : `${textOf(tier.price)} for all units of a month up to ${unitsOf(meter, tier.upTo)}`,
      );
  }
}

function unitsOf(meter: string, quantity: string): string {
  return `${formatQuantity(formatDecimal(parseDecimal(quantity)))} ${meterUnit(meter) || 'units'}`;
}
