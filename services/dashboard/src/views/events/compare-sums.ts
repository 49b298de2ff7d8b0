import type { UsageDailyRow } from '../../api/schemas.ts';
import { addDays } from '../../format/date.ts';
import { parseDecimal, sumDecimals } from '../../format/decimal.ts';
import type { LedgerEvent } from './event-schemas.ts';
import type { EventSearch } from './event-search.ts';

/** What events and rollup have of one meter. */
export type MeterSums = {
  readonly meter: string;
  readonly ofEvents: string;
  readonly ofRows: string;
  readonly isEqual: boolean;
  readonly costExact: string;
};

/** The days on which what is searched for is booked: the rollup is asked for those. */
export function bookedDays({ from, to, bookedOn }: EventSearch): { readonly from: string; readonly to: string } {
  return bookedOn === undefined ? { from, to } : { from: bookedOn, to: addDays(bookedOn, 1) };
}

/**
 * Rows of the rollup that events of the search were added up to, and those that are booked on the same days for usage
 * of other days: adjustments of closed months.
 */
export function splitRows(search: EventSearch, rows: readonly UsageDailyRow[]) {
  const isUsedThen = ({ usageDate }: UsageDailyRow): boolean => usageDate >= search.from && usageDate < search.to;
  return { rows: rows.filter(isUsedThen), others: rows.filter((row) => !isUsedThen(row)) };
}

/**
 * Compares all events of a search with the rows of the rollup that they were added up to, by meter. What is booked on
 * other days than those that are looked at is in neither sum.
 */
export function compareSums(
  search: EventSearch,
  events: readonly LedgerEvent[],
  rows: readonly UsageDailyRow[],
): readonly MeterSums[] {
  const booked = bookedDays(search);
  const usages = events
    .filter(({ bookedOn }) => bookedOn >= booked.from && bookedOn < booked.to)
    .flatMap(({ meters }) => meters)
    .filter(({ meter }) => search.meter === undefined || meter === search.meter);
  const counted = splitRows(search, rows).rows;
  const meters = new Set([...counted, ...usages].map(({ meter }) => meter));
  return [...meters].sort().map((meter) => {
    const ofMeter = counted.filter((row) => row.meter === meter);
    const ofEvents = sumDecimals(
      usages.filter((usage) => usage.meter === meter).map(({ quantityExact }) => quantityExact),
    );
    const ofRows = sumDecimals(ofMeter.map(({ quantityExact }) => quantityExact));
    return {
      meter,
      ofEvents,
      ofRows,
      isEqual: parseDecimal(ofEvents) === parseDecimal(ofRows),
      costExact: sumDecimals(ofMeter.map(({ costExact }) => costExact)),
    };
  });
}
