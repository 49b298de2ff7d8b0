import type { UsageDailyRow } from '@hopsmeter/db';
import type { CsvColumn } from '../../contract/csv.ts';

type Name = keyof UsageDailyRow & string;

const column = (header: string, kind: 'text' | 'exact', name: Name): CsvColumn<UsageDailyRow> => ({
  header,
  kind,
  value: (row) => row[name],
});

/** The columns of the rows of the rollup as CSV: the fields of the JSON in its order, then the labels. */
export const USAGE_DAILY_COLUMNS: readonly CsvColumn<UsageDailyRow>[] = [
  column('usageDate', 'exact', 'usageDate'),
  column('bookedOn', 'exact', 'bookedOn'),
  column('accountOwnerId', 'text', 'accountOwnerId'),
  column('userId', 'text', 'userId'),
  column('clusterId', 'exact', 'clusterId'),
  column('projectId', 'exact', 'projectId'),
  column('meter', 'text', 'meter'),
  column('quantity', 'exact', 'quantity'),
  column('quantityExact', 'exact', 'quantityExact'),
  column('price', 'exact', 'price'),
  column('priceQuantity', 'exact', 'priceQuantity'),
  column('rateId', 'exact', 'rateId'),
  column('priceOverrideId', 'exact', 'priceOverrideId'),
  column('priceAdjustment', 'exact', 'priceAdjustment'),
  column('costExact', 'exact', 'costExact'),
  column('eventCount', 'exact', 'eventCount'),
  column('firstEventAt', 'exact', 'firstEventAt'),
  column('lastEventAt', 'exact', 'lastEventAt'),
  { header: 'isImported', kind: 'exact', value: ({ isImported }) => String(isImported) },
  column('accountName', 'text', 'accountName'),
  column('userName', 'text', 'userName'),
  column('projectNamespace', 'text', 'projectNamespace'),
  column('clusterName', 'text', 'clusterName'),
];
