import { type Pool, readWindows, type WindowGrouping } from '@hopsmeter/db';
import { type Micros, parseTime, toExactUnits } from '@hopsmeter/usage';
import { type CompleteQuestion, checkRowCount, ROWS_MAX } from './question.ts';
import { keyOf, type QueryGrouping, type Value, type WindowSize } from './windows.ts';

const GROUPING_OF: Readonly<Record<QueryGrouping, WindowGrouping>> = {
  subject: 'user',
  account_owner_id: 'account',
  cluster: 'cluster',
  namespace: 'namespace',
};

const UNIT_OF = { HOUR: 'hour', DAY: 'day', MONTH: 'month' } as const satisfies Record<WindowSize, string>;

export type Windows = { readonly windowSize: WindowSize | undefined; readonly timeZone: string };

/**
 * Reads windows that the rollup does not know from the ledger.
 *
 * @throws ParameterError when there are too many values
 */
export async function readLedgerValues(
  pool: Pool,
  { meter, from, to, groupBy, only }: CompleteQuestion,
  { windowSize, timeZone }: Windows,
): Promise<readonly Value[]> {
  const rows = await readWindows(pool, {
    meter,
    from,
    to,
    unit: windowSize === undefined ? undefined : UNIT_OF[windowSize],
    timeZone,
    groupBy: new Set([...groupBy].map((grouping) => GROUPING_OF[grouping])),
    only: new Map([...only].map(([grouping, values]) => [GROUPING_OF[grouping], values])),
    rowsMax: ROWS_MAX,
  });
  checkRowCount(rows);
  return rows.map((row) => ({
    from: momentOf(row.from),
    to: momentOf(row.to),
    ...keyOf(row, groupBy),
    quantity: toExactUnits(row.quantityExact),
  }));
}

function momentOf(text: string): Micros {
  const moment = parseTime(text);
  if (moment === undefined) throw new TypeError(`${text} is no moment`);
  return moment;
}
