import { formatQuantity, formatUsageDay, type StoredTerms } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { queryOf } from '../connection/query.ts';
import { readPriceBook } from './price-book.ts';
import { dayOrNull } from './price-change.ts';
import { writeTerms } from './write-terms.ts';

/** Something that is measured; `unit` is for people. */
export type MeterRow = { readonly meter: string; readonly unit: string; readonly description: string };

/** All meters by name. */
const LIST_METERS = 'select meter, unit, description from hopsmeter.meters order by meter collate "C"';

/** Lists with {@link LIST_METERS}. */
export async function listMeters(pool: Pool): Promise<readonly MeterRow[]> {
  return (await pool.query<MeterRow>(LIST_METERS)).rows;
}

/** A rate that is not withdrawn: its terms hold from `validFrom` up to, but not including, `validTo`. */
export type RateRow = StoredTerms & {
  readonly id: string;
  readonly meter: string;
  readonly validFrom: string;
  /** When the next rate of the meter begins; null for the last one. */
  readonly validTo: string | null;
};

/** A rate card with its rates, by meter and day. */
export type RateCardRow = {
  readonly id: string;
  readonly name: string;
  /** What one credit costs, USD. */
  readonly creditUsd: string;
  /** Whether accounts without a card of their own are on it. */
  readonly isDefault: boolean;
  readonly rates: readonly RateRow[];
};

/** Lists all rate cards, the default one first, then by name. There are as many as people made by hand. */
export async function listRateCards(pool: Pool): Promise<readonly RateCardRow[]> {
  const { cards, rates } = (await readPriceBook(queryOf(pool))).pricing;
  return cards
    .map(({ id, name, creditUsd, isDefault }) => {
      const own = rates
        .filter(({ rateCardId }) => rateCardId === id)
        .sort((a, b) => compare(a.meter, b.meter) || a.validFrom - b.validFrom)
        .map((rate, place, all): RateRow => {
          const next = all[place + 1];
          const validTo = next?.meter === rate.meter ? next.validFrom : Number.POSITIVE_INFINITY;
          const validity = { validFrom: formatUsageDay(rate.validFrom), validTo: dayOrNull(validTo) };
          return { id: rate.id, meter: rate.meter, ...validity, ...writeTerms(rate) };
        });
      return { id, name, creditUsd: formatQuantity(creditUsd), isDefault, rates: own };
    })
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
