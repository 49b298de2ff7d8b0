import { createHash } from 'node:crypto';
import type { PricingSnapshot, UsageDay } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayText } from '../sql/day.ts';
import { describePriceChange, type PriceChange } from './price-change.ts';
import { dayOf, PRICING_COLUMNS, type PricingRow, toPricing } from './pricing-columns.ts';

/**
 * Everything that decides prices, and which months are closed. One statement, so one snapshot. It takes no lock, so it
 * may be read while batches are recorded.
 */
const READ_PRICE_BOOK = `
select
  -- Those of imported usage have a price that nobody changes.
  (select coalesce(json_agg(meter order by meter collate "C"), '[]')
    from hopsmeter.meters where not starts_with(meter, 'imported_')) as meters,
  (select coalesce(json_agg(json_build_array(account_owner_id, month)), '[]')
    from (select account_owner_id, max(month) as month from hopsmeter.statements
      group by account_owner_id) as last) as closings,
  -- Clusters' clocks may be five minutes ahead of ours, and the database's may be behind.
  ${dayText(`(now() + interval '10 minutes') at time zone 'UTC'`)} as "lastUsageDay",
  ${dayText(`now() at time zone 'UTC'`)} as today,
  ${PRICING_COLUMNS}
`;

type Row = PricingRow & {
  readonly meters: readonly string[];
  readonly closings: readonly [accountOwnerId: string, month: string][];
  readonly lastUsageDay: string;
  readonly today: string;
};

/** All prices as of one moment. */
export type PriceBook = {
  readonly pricing: PricingSnapshot;
  readonly meters: readonly string[];
  /** The latest day that recorded usage can be of: a change from a later day on concerns none of it. */
  readonly lastUsageDay: UsageDay;
  /** By the database's clock. */
  readonly today: UsageDay;
  /** Names this state of prices and closed months together with a change: another state gives another text. */
  fingerprintOf(change: PriceChange): string;
};

/** Reads with {@link READ_PRICE_BOOK}. */
export async function readPriceBook({ rowsOf }: Query): Promise<PriceBook> {
  const [row] = await rowsOf<Row>(READ_PRICE_BOOK);
  if (row === undefined) throw new Error('a question without a table gave no row');
  const { cards, rates, overrides, closings, meters } = row;
  return {
    pricing: toPricing(row),
    meters,
    lastUsageDay: dayOf(row.lastUsageDay),
    today: dayOf(row.today),
    fingerprintOf(change) {
      const hash = createHash('sha256').update(JSON.stringify(describePriceChange(change)));
      // Sorted: the database gives rows in any order.
      for (const rows of [cards, rates, overrides, closings])
        for (const text of [...rows.map((entry) => JSON.stringify(entry)).sort(), '']) hash.update('\n').update(text);
      return hash.digest('hex');
    },
  };
}
