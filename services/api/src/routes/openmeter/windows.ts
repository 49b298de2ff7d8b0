import type { TotalsGrouping, TotalsRow } from '@hopsmeter/db';
import { addMonths, formatUsageDay, monthOf, parseQuantity, parseUsageDay, type UsageDay } from '@hopsmeter/usage';

export const WINDOW_SIZES = ['DAY', 'MONTH'] as const;
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
  readonly from: UsageDay;
  readonly to: UsageDay;
  readonly subject: string | null;
  readonly groupBy: Readonly<Partial<Record<Exclude<QueryGrouping, 'subject'>, string | null>>>;
  /** Units of 10⁻¹². */
  readonly quantity: bigint;
};

export type WindowOptions = {
  readonly from: UsageDay;
  readonly to: UsageDay;
  /** Undefined for one window over everything. */
  readonly windowSize: WindowSize | undefined;
  readonly groupBy: ReadonlySet<QueryGrouping>;
};

/** Adds the days of an answer up to windows, which are cut off where the question begins and ends. Exact. */
export function addUpWindows(rows: readonly TotalsRow[], options: WindowOptions): Value[] {
  const values = new Map<string, Value>();
  for (const row of rows) {
    const window = windowOf(row, options);
    const { subject, groupBy } = keyOf(row, options.groupBy);
    const key = JSON.stringify([window.from, subject, groupBy]);
    const before = values.get(key)?.quantity ?? 0n;
    values.set(key, { ...window, subject, groupBy, quantity: before + parseQuantity(row.quantity ?? '0') });
  }
  return [...values.values()];
}

function windowOf(row: TotalsRow, { from, to, windowSize }: WindowOptions): { from: UsageDay; to: UsageDay } {
  if (windowSize === undefined) return { from, to };
  const day = parseUsageDay(row.day ?? '');
  if (day === undefined) throw new TypeError('a row without its day');
  if (windowSize === 'DAY') return { from: day, to: day + 1 };
  const month = monthOf(day);
  return { from: Math.max(from, month), to: Math.min(to, addMonths(month, 1)) };
}

function keyOf(row: TotalsRow, groupBy: ReadonlySet<QueryGrouping>): Pick<Value, 'subject' | 'groupBy'> {
  return {
    subject: groupBy.has('subject') ? row.userId : null,
    groupBy: {
      ...(groupBy.has('account_owner_id') ? { account_owner_id: row.accountOwnerId } : {}),
      ...(groupBy.has('cluster') ? { cluster: row.clusterId } : {}),
      ...(groupBy.has('namespace') ? { namespace: row.projectNamespace } : {}),
    },
  };
}

/** The beginning of a day as OpenMeter writes moments. */
export function formatDayStart(day: UsageDay): string {
  return `${formatUsageDay(day)}T00:00:00Z`;
}
