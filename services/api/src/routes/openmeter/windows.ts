import type { TotalsGrouping, TotalsRow } from '@hopsmeter/db';
import {
  addMonths,
  type ExactUnits,
  formatTime,
  MICROS_PER_DAY,
  type Micros,
  monthOf,
  parseUsageDay,
  toExactUnits,
} from '@hopsmeter/usage';

export const WINDOW_SIZES = ['HOUR', 'DAY', 'MONTH'] as const;
export type WindowSize = (typeof WINDOW_SIZES)[number];

/** What a query can group by, in the words that OpenMeter's clients use. */
export const QUERY_GROUPINGS = ['subject', 'account_owner_id', 'cluster', 'namespace'] as const;
export type QueryGrouping = (typeof QUERY_GROUPINGS)[number];

/** Our words for them. */
export const GROUPING_OF: Readonly<Record<QueryGrouping, TotalsGrouping>> = {
  subject: 'user',
  account_owner_id: 'account',
  cluster: 'cluster',
  namespace: 'project',
};

/** One value of a query: a sum over a window. Exclusive of `to`. */
export type Value = {
  readonly from: Micros;
  readonly to: Micros;
  readonly subject: string | null;
  readonly groupBy: Readonly<Partial<Record<Exclude<QueryGrouping, 'subject'>, string | null>>>;
  readonly quantity: ExactUnits;
};

/** What days can be added up to. */
export type WindowOptions = {
  readonly from: Micros;
  readonly to: Micros;
  /** Undefined for one window over everything. */
  readonly windowSize: Exclude<WindowSize, 'HOUR'> | undefined;
  readonly groupBy: ReadonlySet<QueryGrouping>;
};

/** Adds UTC days up to windows, which are cut off where the question begins and ends. Exact. */
export function addUpWindows(rows: readonly TotalsRow[], options: WindowOptions): Value[] {
  const values = new Map<string, Value>();
  for (const row of rows) {
    const window = windowOf(row, options);
    const { subject, groupBy } = keyOf(row, options.groupBy);
    const key = JSON.stringify([window.from, subject, groupBy]);
    const before = values.get(key)?.quantity ?? 0n;
    values.set(key, { ...window, subject, groupBy, quantity: before + toExactUnits(row.quantityExact ?? '0') });
  }
  return [...values.values()];
}

function windowOf(row: TotalsRow, { from, to, windowSize }: WindowOptions): { from: Micros; to: Micros } {
  if (windowSize === undefined) return { from, to };
  const day = parseUsageDay(row.day ?? '');
  if (day === undefined) throw new TypeError('a row without its day');
  const month = monthOf(day);
  const [begin, end] = windowSize === 'DAY' ? [day, day + 1] : [month, addMonths(month, 1)];
  return { from: Math.max(from, begin * MICROS_PER_DAY), to: Math.min(to, end * MICROS_PER_DAY) };
}

/** What a row says of what it is grouped by. */
export function keyOf(
  row: Pick<TotalsRow, 'userId' | 'accountOwnerId' | 'clusterId' | 'projectNamespace'>,
  groupBy: ReadonlySet<QueryGrouping>,
): Pick<Value, 'subject' | 'groupBy'> {
  return {
    subject: groupBy.has('subject') ? row.userId : null,
    groupBy: {
      ...(groupBy.has('account_owner_id') ? { account_owner_id: row.accountOwnerId } : {}),
      ...(groupBy.has('cluster') ? { cluster: row.clusterId } : {}),
      ...(groupBy.has('namespace') ? { namespace: row.projectNamespace } : {}),
    },
  };
}

/** A moment as OpenMeter writes it: whole seconds without decimals. */
export function formatMoment(moment: Micros): string {
  return formatTime(moment).replace(/\.0+Z$/, 'Z');
}
