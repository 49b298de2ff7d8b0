import { formatUsageDay } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { queryOf } from '../connection/query.ts';
import { readPriceBook } from './price-book.ts';
import { dayOrNull, describeOverride } from './price-change.ts';
import { readAccountNames } from './read-account-names.ts';
import type { OverrideRow } from './read-prices.ts';

/** An override with whose it is; `accountName` is for people, null where nobody knows it. */
export type AccountOverrideRow = OverrideRow & {
  readonly accountOwnerId: string;
  readonly accountName: string | null;
};

/**
 * What accounts pay instead of the prices of their cards, of all accounts, by account and first day; withdrawn ones are
 * left out. There are as many as people made by hand.
 */
export async function listPriceOverrides(pool: Pool): Promise<readonly AccountOverrideRow[]> {
  const { overrides } = (await readPriceBook(queryOf(pool))).pricing;
  const names = await readAccountNames(pool, [...new Set(overrides.map(({ accountOwnerId }) => accountOwnerId))]);
  return [...overrides]
    .sort((a, b) => compare(a.accountOwnerId, b.accountOwnerId) || a.validFrom - b.validFrom || compare(a.id, b.id))
    .map((override) => ({
      id: override.id,
      accountOwnerId: override.accountOwnerId,
      accountName: names.get(override.accountOwnerId) ?? null,
      validFrom: formatUsageDay(override.validFrom),
      validTo: dayOrNull(override.validTo),
      ...describeOverride(override),
    }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
