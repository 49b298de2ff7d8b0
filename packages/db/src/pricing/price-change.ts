import {
  formatQuantity,
  formatUsageDay,
  type PriceOverride,
  type PriceTerms,
  type StoredTerms,
  type UsageDay,
} from '@hopsmeter/usage';
import { writeTerms } from './write-terms.ts';

/** What an account pays instead of the prices of its card. */
export type OverrideContent =
  | { readonly kind: 'price'; readonly meter: string; readonly terms: PriceTerms }
  /** `percent` in units of 10⁻¹², off one meter or (undefined) all. */
  | { readonly kind: 'discount'; readonly meter: string | undefined; readonly percent: bigint }
  | { readonly kind: 'card'; readonly rateCardId: string };

/**
 * What a person may change about prices.
 *
 * - `set_rate` gives a card a price of a meter from a day on, until the card's next one. One of the same day is
 *   replaced.
 * - `withdraw_rate` takes a rate back; the one before it holds on.
 * - `set_override` gives an account its own price, a discount or another card, up to, but not including, `validTo`.
 * - `end_override` moves the end of one; `withdraw_override` takes it back for all its days.
 */
export type PriceChange =
  | {
      readonly kind: 'set_rate';
      readonly rateCardId: string;
      readonly meter: string;
      readonly validFrom: UsageDay;
      readonly terms: PriceTerms;
    }
  | { readonly kind: 'withdraw_rate'; readonly rateId: string }
  | {
      readonly kind: 'set_override';
      readonly accountOwnerId: string;
      readonly override: OverrideContent;
      readonly validFrom: UsageDay;
      readonly validTo: UsageDay | undefined;
    }
  | { readonly kind: 'end_override'; readonly overrideId: string; readonly validTo: UsageDay }
  | { readonly kind: 'withdraw_override'; readonly overrideId: string };

/** A change as people asked for it: days and decimals as text. What `price_changes` and the audit log keep of it. */
export function describePriceChange(change: PriceChange): Readonly<Record<string, unknown>> {
  switch (change.kind) {
    case 'set_rate': {
      const { kind, rateCardId, meter, validFrom, terms } = change;
      return { kind, rateCardId, meter, validFrom: formatUsageDay(validFrom), ...writeTerms(terms) };
    }
    case 'set_override': {
      const { kind, accountOwnerId, override, validFrom, validTo } = change;
      const validity = {
        validFrom: formatUsageDay(validFrom),
        validTo: dayOrNull(validTo ?? Number.POSITIVE_INFINITY),
      };
      return { kind, accountOwnerId, override: describeOverride(override), ...validity };
    }
    case 'end_override':
      return { ...change, validTo: formatUsageDay(change.validTo) };
    case 'withdraw_rate':
    case 'withdraw_override':
      return { ...change };
  }
}

/** An override's content as JSON shows it. */
export type DescribedOverride =
  | ({ readonly kind: 'price'; readonly meter: string } & StoredTerms)
  | { readonly kind: 'discount'; readonly meter: string | null; readonly discountPercent: string }
  | { readonly kind: 'card'; readonly rateCardId: string };

export function describeOverride(override: OverrideContent | PriceOverride): DescribedOverride {
  if (override.kind === 'price') return { kind: 'price', meter: override.meter, ...writeTerms(override.terms) };
  if (override.kind === 'card') return { kind: 'card', rateCardId: override.rateCardId };
  return { kind: 'discount', meter: override.meter ?? null, discountPercent: formatQuantity(override.percent) };
}

/** A day as text; null where a validity is open. */
export function dayOrNull(day: UsageDay): string | null {
  return Number.isFinite(day) ? formatUsageDay(day) : null;
}
