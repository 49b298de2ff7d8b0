import {
  type Change,
  closeImportedMonths,
  importPastUsage,
  listBilledBefore,
  listImportedMonths,
  type PastUsageImport,
  type Pool,
  type RowOutcome,
  stopBillingBefore,
} from '@hopsmeter/db';
import {
  createUsageCounts,
  formatQuantity,
  formatUsageDay,
  formatUsageMonth,
  type ImportScope,
  type ListedRow,
  type MonthCounts,
  type UsageMonth,
  userDayKey,
} from '@hopsmeter/usage';
import { formatCount } from './console/format-number.ts';
import { formatTable } from './console/format-table.ts';
import type { Screen } from './console/screen.ts';
import type { ListedRows } from './listed-rows.ts';

export type UsageStep = {
  readonly from: string;
  readonly scope: PastUsageImport['scope'];
  /** Undefined for a dry run. */
  readonly change: Change | undefined;
  readonly signal: AbortSignal;
  readonly screen: Screen;
  readonly listed: ListedRows;
};

/** Brings past usage over, or says what would come, and shows it by month. */
export async function importUsageStep(pool: Pool, step: UsageStep): Promise<void> {
  const { screen, listed, change } = step;
  const title = change === undefined ? 'reading past usage' : 'bringing past usage over';
  const months = await screen.step(title, async (show) => {
    const counts = createUsageCounts();
    let done = 0;
    await importPastUsage(pool, {
      ...step,
      async onPart(part, total) {
        for (const { row, outcome } of part) counts.add(row, outcome);
        await listed.add('refused', listedOf(part, 'refused'));
        await listed.add('different', listedOf(part, 'different'));
        done += part.length;
        show(`${formatCount(done)} of ${formatCount(total)} days of users`);
      },
    });
    const value = counts.months();
    const added = formatCount(value.reduce((sum, month) => sum + month.new, 0));
    return {
      value,
      text: change === undefined ? `read past usage: ${added} are new` : `brought ${added} days of users over`,
    };
  });
  showMonths(months, screen);
}

/**
 * Makes metered usage of before the switch cost nothing: the application billed these days.
 *
 * @returns whether any did.
 */
export async function stopBillingStep(
  pool: Pool,
  { change, signal, screen, listed }: Pick<UsageStep, 'change' | 'signal' | 'screen' | 'listed'>,
  before: UsageMonth,
): Promise<boolean> {
  const accounts = await listBilledBefore(pool, before);
  if (accounts.length === 0) return false;
  const what = `metered usage of ${formatCount(accounts.length)} accounts before ${formatUsageMonth(before)}`;
  if (change === undefined) {
    screen.line(`With --apply, ${what} costs nothing: the application billed these days.`);
    return true;
  }
  await screen.step(`making ${what} free`, async (show) => {
    const onPart = (done: number): void => show(`${formatCount(done)} accounts`);
    const refused = await stopBillingBefore(pool, change, { accounts, switchDay: before }, { signal, onPart });
    await listed.add('refused', refused);
    return { value: undefined, text: `made ${what} free` };
  });
  return true;
}

/** Closes the months before the switch as imported. */
export async function closeMonthsStep(
  pool: Pool,
  { change, signal, screen, listed }: Pick<UsageStep, 'change' | 'signal' | 'screen' | 'listed'>,
  before: UsageMonth,
): Promise<void> {
  const switchMonth = formatUsageMonth(before);
  if (change === undefined) {
    screen.line(`With --apply, months before ${switchMonth} are closed as imported.`);
    return;
  }
  const months = await listImportedMonths(pool, before);
  if (months.length === 0) return;
  await screen.step(`closing months before ${switchMonth}`, async (show) => {
    const total = formatCount(months.length);
    const onPart = (closed: number): void => show(`${formatCount(closed)} of ${total} statements`);
    const open = await closeImportedMonths(pool, change, months, { signal, onPart });
    await listed.add('refused', open);
    const closed = formatCount(months.length - open.length);
    return { value: undefined, text: `closed ${closed} months of accounts before ${switchMonth} as imported` };
  });
}

function listedOf(part: readonly RowOutcome[], kind: 'refused' | 'different'): readonly ListedRow[] {
  return part.flatMap(({ row: { userId, date }, outcome }) =>
    outcome.kind === kind
      ? [{ table: 'usage_daily' as const, key: userDayKey(userId ?? 'NULL', date ?? 'NULL'), reason: outcome.reason }]
      : [],
  );
}

const COLUMNS = [
  { heading: 'Past usage' },
  { heading: 'Days', align: 'right' },
  { heading: 'Rows', align: 'right' },
  { heading: 'New', align: 'right' },
  { heading: 'Here already', align: 'right' },
  { heading: 'Different', align: 'right' },
  { heading: 'Refused', align: 'right' },
  { heading: 'Billed USD', align: 'right' },
] as const;

function showMonths(months: readonly MonthCounts[], screen: Screen): void {
  if (months.length === 0) return;
  const sum = (field: 'days' | 'read' | 'new' | 'unchanged' | 'different' | 'refused'): number =>
    months.reduce((total, month) => total + month[field], 0);
  const cells = (name: string, counts: Omit<MonthCounts, 'month'>): string[] => {
    const { days, read, new: added, unchanged, different, refused, billed } = counts;
    return [name, ...[days, read, added, unchanged, different, refused].map(formatCount), formatQuantity(billed)];
  };
  const total = {
    days: sum('days'),
    read: sum('read'),
    new: sum('new'),
    unchanged: sum('unchanged'),
    different: sum('different'),
    refused: sum('refused'),
    billed: months.reduce((billed, month) => billed + month.billed, 0n),
  };
  const rows = months.map(({ month, ...counts }) => cells(month ?? 'no day', counts));
  for (const line of formatTable({ columns: COLUMNS, rows, total: cells('usage_daily', total) })) screen.line(line);
}

/** The first day whose usage does not come over, and why. */
export function endOf(today: number, switchMonth: UsageMonth | undefined): ImportScope['end'] {
  if (switchMonth !== undefined && switchMonth <= today)
    return { day: switchMonth, reason: `hopsmeter counts from ${formatUsageDay(switchMonth)} on` };
  return { day: today, reason: 'the day is not over' };
}
