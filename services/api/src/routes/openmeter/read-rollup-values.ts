import type { TotalsGrouping, TotalsRow } from '@hopsmeter/db';
import { formatUsageDay, usageDayOf } from '@hopsmeter/usage';
import type { Billing } from '../../billing.ts';
import { type CompleteQuestion, checkRowCount, ROWS_MAX } from './question.ts';
import { addUpWindows, GROUPING_OF, type QueryGrouping, type Value, type WindowOptions } from './windows.ts';

/** Reads windows of UTC days from the rollup. @throws ParameterError when there are too many values */
export async function readRollupValues(
  billing: Billing,
  { meter, from, to, groupBy, only }: CompleteQuestion,
  windowSize: WindowOptions['windowSize'],
): Promise<readonly Value[]> {
  const groupings = new Set<TotalsGrouping>(['meter']);
  for (const grouping of [...groupBy, ...only.keys()]) groupings.add(GROUPING_OF[grouping]);
  if (windowSize !== undefined) groupings.add('day');
  const rows = await billing.readTotals({
    from: formatUsageDay(usageDayOf(from)),
    to: formatUsageDay(usageDayOf(to)),
    accountOwnerId: onlyOne(only.get('account_owner_id')),
    userId: onlyOne(only.get('subject')),
    meter,
    groupBy: groupings,
    groupsMax: ROWS_MAX,
  });
  checkRowCount(rows);
  const wanted = rows.filter((row) =>
    [...only].every(([grouping, values]) => values.has(groupValueOf(row, grouping) ?? '')),
  );
  return addUpWindows(wanted, { from, to, windowSize, groupBy });
}

function onlyOne(values: ReadonlySet<string> | undefined): string | undefined {
  return values?.size === 1 ? [...values][0] : undefined;
}

/** What a row says of a grouping. */
function groupValueOf(row: TotalsRow, grouping: QueryGrouping): string | null {
  switch (grouping) {
    case 'subject':
      return row.userId;
    case 'account_owner_id':
      return row.accountOwnerId;
    case 'cluster':
      return row.clusterId;
    case 'namespace':
      return row.projectNamespace;
  }
}
