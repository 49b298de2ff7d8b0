import type { ParkedPlan } from '@hopsmeter/usage';
import { writeBookedEntries } from '../record/booked-entries.ts';
import { numberColumns, type ParameterTable } from '../record/parameter-table.ts';
import { priceColumns } from '../record/price-columns.ts';

/** What the statement that settles parked events is given. */
export const SETTLE_PARKED_TABLE = {
  plan: {
    directory_version: { type: 'bigint', write: ({ directoryVersion }) => directoryVersion },
    /** What is to be counted, one entry for each usage day. */
    rows: { type: 'jsonb', write: ({ ledger }) => writeBookedEntries(ledger) },
    /** What cannot be counted and why; without a reason as before. */
    problems: { type: 'jsonb', write: ({ stillParked }) => JSON.stringify(stillParked) },
  },
  prices: priceColumns(({ prices }: ParkedPlan) => prices),
} as const satisfies ParameterTable<ParkedPlan>;

export const SETTLE_PARKED_PARAMETERS = numberColumns(SETTLE_PARKED_TABLE);
