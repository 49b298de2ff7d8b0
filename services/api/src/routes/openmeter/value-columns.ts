import { roundExactUnits } from '@hopsmeter/usage';
import { formatExact } from '../../contract/amounts.ts';
import type { CsvColumn } from '../../contract/csv.ts';
import { formatMoment, type Value } from './windows.ts';

/** Values as CSV, in the columns of OpenMeter. The value is exact here: a text needs no floating point number. */
export const VALUE_COLUMNS: readonly CsvColumn<Value>[] = [
  { header: 'window_start', kind: 'exact', value: ({ from }) => formatMoment(from) },
  { header: 'window_end', kind: 'exact', value: ({ to }) => formatMoment(to) },
  { header: 'subject', kind: 'text', value: ({ subject }) => subject },
  { header: 'account_owner_id', kind: 'text', value: ({ groupBy }) => groupBy.account_owner_id ?? null },
  { header: 'cluster', kind: 'exact', value: ({ groupBy }) => groupBy.cluster ?? null },
  { header: 'namespace', kind: 'text', value: ({ groupBy }) => groupBy.namespace ?? null },
  { header: 'value', kind: 'exact', value: ({ quantity }) => formatExact(roundExactUnits(quantity)) },
];
