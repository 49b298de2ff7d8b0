import { formatQuantity, ONE, parseDecimal, type Quantity, toQuantity } from '../decimal.ts';
import { PRICE_MODELS, type PriceModel, type PriceTerms, type Tier } from './pricing.ts';

/** What can be wrong with terms that a person gives, by its stable code. */
export const TERMS_ERRORS = {
  MISSING_FIELD: 'A required field is missing',
  UNKNOWN_FIELD: 'Terms of this model have no such field',
  INVALID_MODEL: 'The price model is none that there is',
  INVALID_DECIMAL: 'A number is not decimal text with at most 12 decimals',
  DECIMAL_OUT_OF_RANGE: 'A number is lower or higher than allowed',
  INVALID_TIERS: 'The tiers do not ascend to a last one without an end',
} as const satisfies Record<string, string>;

export type TermsErrorCode = keyof typeof TERMS_ERRORS;

/** `pointer` is an RFC 6901 pointer into the terms: `/tiers/1/upTo`. */
export type TermsProblem = { readonly pointer: string; readonly code: TermsErrorCode; readonly detail: string };

/** `price` for the price quantity, for the units up to `upTo`, inclusive; without it, or with null, it has no end. */
export type TierInput = { readonly upTo?: string | null | undefined; readonly price: string };

/** Terms as a person gives them; numbers are decimal texts. {@link PriceTerms} says what the fields mean. */
export type TermsInput = {
  /** Without it `flat`. */
  readonly model?: string | undefined;
  /** Required of flat and package terms; of graduated and volume terms the tiers have the prices. */
  readonly price?: string | undefined;
  /** Without it 1. */
  readonly priceQuantity?: string | undefined;
  /** Required of graduated and volume terms; the others have none. */
  readonly tiers?: readonly TierInput[] | undefined;
  /** Without it 0. */
  readonly includedQuantity?: string | undefined;
};

/** The terms, or everything that is wrong with them. */
export type TermsReading = { readonly terms: PriceTerms } | { readonly problems: readonly TermsProblem[] };

/** Some for each order of magnitude; a month's cost goes through all of them for every day. */
export const TIERS_MAX = 50;

/**
 * The highest price, in USD: of what it is for, and of one unit. With the largest quantity of an event (10¹⁵ units) a
 * cost is at most 10²⁴, and NUMERIC(38,12) holds what is below 10²⁶.
 */
export const PRICE_MAX: Quantity = 10n ** 9n * ONE;

/** The most units that a price can be for: a million millions, such as a price for 10¹² bytes. */
export const PRICE_QUANTITY_MAX: Quantity = 10n ** 12n * ONE;

/** The most units that a tier can end at or that can be included: as many as one event may carry. */
export const TERMS_UNITS_MAX: Quantity = 10n ** 15n * ONE;

/**
 * Reads terms as a person gives them, and tells everything that is wrong with them. No number is rounded. Never throws.
 */
export function readTermsInput(input: TermsInput): TermsReading {
  const problems: TermsProblem[] = [];
  const reader = createReader(problems);
  const { model = 'flat', priceQuantity = '1', includedQuantity = '0' } = input;
  const common = {
    priceQuantity: reader.number('/priceQuantity', priceQuantity, { above: 0n, most: PRICE_QUANTITY_MAX }),
    includedQuantity: reader.number('/includedQuantity', includedQuantity, { above: -1n, most: TERMS_UNITS_MAX }),
  };
  // Without a model there is no telling which fields there must be.
  if (!isModel(model)) reader.add('/model', 'INVALID_MODEL', `expected one of ${PRICE_MODELS.join(', ')}`);
  else {
    const prices = readPrices(input, model, common.priceQuantity, reader);
    if (problems.length === 0) return { terms: { ...common, ...prices, model } };
  }
  return { problems };
}

/** Numbers are more than `above` and at most `most`. */
type Range = { readonly above: Quantity; readonly most: Quantity };

type Reader = {
  add(pointer: string, code: TermsErrorCode, detail: string): void;
  /** 0 when it is none that is allowed: then there is a problem, and nobody uses it. */
  number(pointer: string, text: string, range: Range): Quantity;
};

function createReader(problems: TermsProblem[]): Reader {
  const add: Reader['add'] = (pointer, code, detail) => {
    problems.push({ pointer, code, detail });
  };
  return {
    add,
    number(pointer, text, { above, most }) {
      const decimal = parseDecimal(text);
      const quantity = decimal === undefined ? undefined : toQuantity(decimal);
      if (quantity === undefined) add(pointer, 'INVALID_DECIMAL', 'expected decimal text with at most 12 decimals');
      else if (quantity <= above || quantity > most) {
        const lowest = above < 0n ? 'at least 0' : `more than ${formatQuantity(above)}`;
        add(pointer, 'DECIMAL_OUT_OF_RANGE', `expected ${lowest} and at most ${formatQuantity(most)}`);
      } else return quantity;
      return 0n;
    },
  };
}

function readPrices(
  { price, tiers }: TermsInput,
  model: PriceModel,
  priceQuantity: Quantity,
  reader: Reader,
): Pick<PriceTerms, 'price' | 'tiers'> {
  // A price for less than one unit is limited by what a whole unit costs then.
  const isFraction = priceQuantity > 0n && priceQuantity < ONE;
  const prices = { above: -1n, most: isFraction ? (PRICE_MAX * priceQuantity) / ONE : PRICE_MAX };
  if (model === 'flat' || model === 'package') {
    if (tiers !== undefined) reader.add('/tiers', 'UNKNOWN_FIELD', `${model} terms have no tiers`);
    if (price !== undefined) return { price: reader.number('/price', price, prices), tiers: [] };
    reader.add('/price', 'MISSING_FIELD', `${model} terms have a price`);
    return { price: 0n, tiers: [] };
  }
  if (price !== undefined) reader.add('/price', 'UNKNOWN_FIELD', 'the first tier has the list price');
  if (tiers === undefined) reader.add('/tiers', 'MISSING_FIELD', `${model} terms have tiers`);
  else if (tiers.length === 0 || tiers.length > TIERS_MAX)
    reader.add('/tiers', 'INVALID_TIERS', `expected 1 to ${TIERS_MAX} tiers`);
  else return readTiers(tiers, prices, reader);
  return { price: 0n, tiers: [] };
}

function readTiers(inputs: readonly TierInput[], prices: Range, reader: Reader): Pick<PriceTerms, 'price' | 'tiers'> {
  let below = 0n;
  const tiers = inputs.map(({ upTo, price }, place): Tier => {
    const pointer = `/tiers/${place}`;
    const isLast = place === inputs.length - 1;
    const tier = {
      upTo: typeof upTo === 'string' ? reader.number(`${pointer}/upTo`, upTo, TIER_ENDS) : undefined,
      price: reader.number(`${pointer}/price`, price, prices),
    };
    if (isLast !== (tier.upTo === undefined))
      reader.add(`${pointer}/upTo`, 'INVALID_TIERS', 'expected the last tier, and no other, to be without an end');
    else if (tier.upTo !== undefined && tier.upTo !== 0n) {
      if (tier.upTo <= below)
        reader.add(`${pointer}/upTo`, 'INVALID_TIERS', `expected more than ${formatQuantity(below)}`);
      below = tier.upTo;
    }
    return tier;
  });
  return { price: tiers[0]?.price ?? 0n, tiers };
}

const TIER_ENDS: Range = { above: 0n, most: TERMS_UNITS_MAX };

function isModel(text: string): text is PriceModel {
  return PRICE_MODELS.some((model) => model === text);
}
