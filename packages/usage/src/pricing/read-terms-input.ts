import { type Decimal, formatQuantity, ONE, parseDecimal, QUANTITY_DECIMALS, type Quantity } from '../decimal.ts';
import { PRICE_MODELS, type PriceModel, type PriceTerms, type Tier } from './pricing.ts';

/** What can be wrong with terms that a person gives, by its stable code. */
export const TERMS_ERRORS = {
  MISSING_FIELD: 'A required field is missing',
  UNKNOWN_FIELD: 'Terms of this model have no such field',
  INVALID_MODEL: 'The price model is none that there is',
  INVALID_DECIMAL: 'A number is not decimal text with at most 12 decimals',
  DECIMAL_OUT_OF_RANGE: 'A number is negative, zero or larger than allowed',
  INVALID_TIERS: 'The tiers do not ascend to a last one without an end',
} as const satisfies Record<string, string>;

export type TermsErrorCode = keyof typeof TERMS_ERRORS;

/** `pointer` is an RFC 6901 pointer into the terms: `/tiers/1/upTo`. */
export type TermsProblem = { readonly pointer: string; readonly code: TermsErrorCode; readonly detail: string };

/** Up to `upTo` units, inclusive; without it, or null, without an end. */
export type TierInput = { readonly upTo?: string | null | undefined; readonly price: string };

/** Terms as a person gives them; numbers are decimal texts. {@link PriceTerms} says what the fields mean. */
export type TermsInput = {
  /** Without it `flat`. */
  readonly model?: string | undefined;
  /** Required of flat and package terms. Of graduated and volume terms the tiers have the prices. */
  readonly price?: string | undefined;
  /** Without it 1. */
  readonly priceQuantity?: string | undefined;
  /** Required of graduated and volume terms, not allowed of the others. */
  readonly tiers?: readonly TierInput[] | undefined;
  /** Without it 0. */
  readonly includedQuantity?: string | undefined;
};

export type TermsReading =
  | { readonly terms: PriceTerms; readonly problems?: undefined }
  | { readonly terms?: undefined; readonly problems: readonly TermsProblem[] };

/** A tier for each order of magnitude is enough; this also bounds what a month's cost has to go through. */
export const TIERS_MAX = 50;

/**
 * The highest price of one unit, and of what a price is for, in USD. With the largest quantity of an event (10¹⁵) a cost
 * is at most 10²⁴, and NUMERIC(38,12) holds less than 10²⁶. Beyond it a price is a typing error.
 */
export const PRICE_MAX: Quantity = 10n ** 9n * ONE;

/** The most units that a price is for. A TB-month in byte-hours would be more: such a meter has another unit. */
export const PRICE_QUANTITY_MAX: Quantity = 10n ** 12n * ONE;

/** The most units that a tier ends at or that are included: as many as one event may carry. */
export const UNITS_MAX: Quantity = 10n ** 15n * ONE;

type Range = { readonly isPositive: boolean; readonly most: Quantity };

const PRICES: Range = { isPositive: false, most: PRICE_MAX };
const PRICE_QUANTITIES: Range = { isPositive: true, most: PRICE_QUANTITY_MAX };
const INCLUDED_UNITS: Range = { isPositive: false, most: UNITS_MAX };
const TIER_ENDS: Range = { isPositive: true, most: UNITS_MAX };

/** Reads terms; tells everything that is wrong with them at once. Numbers are never rounded. Never throws. */
export function readTermsInput(input: TermsInput): TermsReading {
  const reader = createReader();
  const model = readModel(input.model ?? 'flat', reader);
  const priceQuantity = reader.decimal('/priceQuantity', input.priceQuantity ?? '1', PRICE_QUANTITIES);
  const includedQuantity = reader.decimal('/includedQuantity', input.includedQuantity ?? '0', INCLUDED_UNITS);
  const hasTiers = model === 'graduated' || model === 'volume';
  const tiers = hasTiers ? readTiers(input, priceQuantity, reader) : [];
  const price = hasTiers ? tiers?.[0]?.price : readOnlyPrice(input, model, priceQuantity, reader);
  const { problems } = reader;
  if (
    problems.length > 0 ||
    model === undefined ||
    price === undefined ||
    priceQuantity === undefined ||
    tiers === undefined ||
    includedQuantity === undefined
  )
    return { problems };
  return { terms: { price, priceQuantity, model, tiers, includedQuantity } };
}

type Reader = {
  readonly problems: readonly TermsProblem[];
  readonly add: (pointer: string, code: TermsErrorCode, detail: string) => undefined;
  /** The number; undefined when it is none or out of range, which is added to the problems. */
  readonly decimal: (pointer: string, text: string, range: Range) => Quantity | undefined;
};

function createReader(): Reader {
  const problems: TermsProblem[] = [];
  const add: Reader['add'] = (pointer, code, detail) => {
    problems.push({ pointer, code, detail });
  };
  return {
    problems,
    add,
    decimal(pointer, text, { isPositive, most }) {
      const decimal = parseDecimal(text);
      if (decimal === undefined)
        return add(pointer, 'INVALID_DECIMAL', 'expected a finite decimal number as text, such as "0.35"');
      // Before any power of ten is computed: the largest number allowed has 16 digits, and 1e400 must cost nothing.
      const quantity = decimal.digits !== 0n && decimal.scale < -15 ? undefined : exactQuantityOf(decimal);
      const lowest = isPositive ? 'more than 0' : 'at least 0';
      if (decimal.digits < 0n || (isPositive && decimal.digits === 0n) || (quantity ?? 0n) > most || tooLarge(decimal))
        return add(pointer, 'DECIMAL_OUT_OF_RANGE', `expected ${lowest} and at most ${formatQuantity(most)}`);
      return quantity ?? add(pointer, 'INVALID_DECIMAL', `expected at most ${QUANTITY_DECIMALS} decimals`);
    },
  };
}
