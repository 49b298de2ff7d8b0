import {
  createPricing,
  formatQuantity,
  formatUsageDay,
  type PriceOverride,
  type StoredTerms,
  type UsageDay,
} from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { queryOf } from '../connection/query.ts';
import { readPriceBook } from './price-book.ts';
import { type DescribedOverride, dayOrNull, describeOverride } from './price-change.ts';
import { writeTerms } from './write-terms.ts';

/** What a meter costs an account on a day, and where that comes from. */
export type AccountPrice = StoredTerms & {
  readonly meter: string;
  /** `card`: the card's rate as it is; `discount`: less a discount; `price`: the account's own. */
  readonly source: 'card' | 'discount' | 'price';
  /** The card's rate; null where the account has a price of its own. */
  readonly rateId: string | null;
  /** The account's own price or discount. */
  readonly overrideId: string | null;
};

/** What an account pays instead of its card's prices, from `validFrom` up to, but not including, `validTo`. */
export type OverrideRow = {
  readonly id: string;
  readonly validFrom: string;
  readonly validTo: string | null;
} & DescribedOverride;

export type AccountPrices = {
  /** The card that the account is on that day. */
  readonly rateCard: { readonly id: string; readonly name: string; readonly creditUsd: string };
  /** By meter; a meter without a price on that day is not among them. */
  readonly prices: readonly AccountPrice[];
  /** All that are not withdrawn, whenever they are in force; by their first day. */
  readonly overrides: readonly OverrideRow[];
};

/** Reads what an account pays on a day. */
export async function readPrices(pool: Pool, accountOwnerId: string, day: UsageDay): Promise<AccountPrices> {
  const book = await readPriceBook(queryOf(pool));
  const pricing = createPricing(book.pricing);
  const { id, name, creditUsd } = pricing.cardOf(accountOwnerId, day);
  const own = book.pricing.overrides.filter((override) => override.accountOwnerId === accountOwnerId);
  const prices = book.meters.flatMap((meter): AccountPrice[] => {
    const price = pricing.priceOf(accountOwnerId, meter, day);
    if (price === undefined) return [];
    const { rateId = null, overrideId = null } = price;
    return [{ meter, ...writeTerms(price), source: sourceOf(rateId, overrideId), rateId, overrideId }];
  });
  return {
    rateCard: { id, name, creditUsd: formatQuantity(creditUsd) },
    prices,
    overrides: own.sort((a, b) => a.validFrom - b.validFrom || (a.id < b.id ? -1 : 1)).map(toRow),
  };
}

function sourceOf(rateId: string | null, overrideId: string | null): AccountPrice['source'] {
  if (overrideId === null) return 'card';
  return rateId === null ? 'price' : 'discount';
}

function toRow(override: PriceOverride): OverrideRow {
  const { id, validFrom, validTo } = override;
  return { id, validFrom: formatUsageDay(validFrom), validTo: dayOrNull(validTo), ...describeOverride(override) };
}
