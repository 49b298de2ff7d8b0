import {
  type Change,
  createPool,
  type DayRange,
  type DifferenceRow,
  type Pool,
  type ReconciliationReport,
  reconcileNow,
  repairUsageDaily,
} from '@hopsmeter/db';
import {
  formatUsageDay,
  LEDGER_RETENTION_DAYS,
  MICROS_PER_MS,
  parseUsageDay,
  RequestError,
  usageDayOf,
} from '@hopsmeter/usage';
import { CliError, unreachable } from './cli-error.ts';
import { databaseUrlOf, type Environment } from './connections.ts';
import { formatCount } from './console/format-number.ts';
import { formatTable } from './console/format-table.ts';
import type { Screen } from './console/screen.ts';

/** One compares, and one more looks at the statements at the end. */
const DATABASE_CONNECTIONS_MAX = 2;

/** Rows that are shown; the api has more of them. */
const ROWS_SHOWN_MAX = 50;

export type ReconcileOptions = {
  /** Usage days, `2026-11-22`; everything that the ledger holds when not given. */
  readonly from?: string | undefined;
  /** The day after the last. */
  readonly to?: string | undefined;
  readonly repair: boolean;
  readonly reason?: string | undefined;
};

export type ReconcileContext = ReconcileOptions & {
  readonly env: Environment;
  readonly screen: Screen;
  readonly now: Date;
};

/**
 * `hopsmeter reconcile`: compares the ledger with the rollup, shows what differs, and repairs it when told to.
 *
 * @returns the exit code: 1 while something differs.
 * @throws CliError when there is nothing to compare, or a repair has no reason or is refused.
 */
export async function runReconcile(context: ReconcileContext): Promise<number> {
  const { env, screen, repair, reason } = context;
  const url = databaseUrlOf(env);
  if (url === undefined) throw new CliError('Set DATABASE_URL to the Postgres whose rollup is to be compared.');
  if (repair && (reason === undefined || reason.trim() === ''))
    throw new CliError('--repair needs --reason: why the rollup is changed; it is kept in the audit log.');
  const range = rangeOf(context);
  const pool = createPool({
    url,
    connectionsMax: DATABASE_CONNECTIONS_MAX,
    applicationName: 'hopsmeter-cli',
    onIdleError: () => undefined,
  });
  try {
    const report = await compare(pool, range, screen);
    showReport(report, screen);
    if (countOf(report) === 0) return 0;
    if (!repair || reason === undefined) return 1;
    await repairAll(pool, report.id, reason, screen);
    const after = await compare(pool, range, screen);
    showReport(after, screen);
    return countOf(after) === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof RequestError) throw new CliError(`${error.code}: ${error.message}`, { cause: error });
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
      throw unreachable('Postgres', 'DATABASE_URL', url, error);
    throw error;
  } finally {
    await pool.end();
  }
}

const CHANGE: Change = { actor: { kind: 'service', id: 'hopsmeter reconcile' }, requestId: 'command line' };

function rangeOf({ from, to, now }: ReconcileContext): DayRange {
  const today = usageDayOf(now.getTime() * MICROS_PER_MS);
  for (const day of [from, to])
    if (day !== undefined && parseUsageDay(day) === undefined)
      throw new CliError(`${day} is not a day: expected one such as 2026-11-22.`);
  return {
    from: from ?? formatUsageDay(today - LEDGER_RETENTION_DAYS),
    // Usage may be a few minutes ahead.
    to: to ?? formatUsageDay(today + 2),
  };
}

function compare(pool: Pool, range: DayRange, screen: Screen): Promise<ReconciliationReport> {
  return screen.step(`comparing the ledger with the rollup from ${range.from} to ${range.to}`, async (show) => {
    const report = await reconcileNow(pool, CHANGE, range, ({ checkedDays, dayCount }) =>
      show(`${checkedDays} of ${dayCount} days`),
    );
    const { checkedRows, dayCount } = report;
    return { value: report, text: `compared ${formatCount(BigInt(checkedRows))} rows of ${dayCount} days` };
  });
}

async function repairAll(pool: Pool, reconciliationId: string, reason: string, screen: Screen): Promise<void> {
  for (let leftDays = 1; leftDays > 0; )
    leftDays = await screen.step('repairing the rollup', async () => {
      const done = await repairUsageDaily(pool, CHANGE, { reconciliationId, reason });
      const closed = done.closedRows > 0 ? `; ${formatCount(done.closedRows)} of closed months stay as they are` : '';
      return { value: done.leftDays, text: `repaired ${formatCount(done.repairedRows)} rows${closed}` };
    });
}

function countOf({ differingRows, statementDifferenceCount }: ReconciliationReport): number {
  return Number(differingRows) + (statementDifferenceCount ?? 0);
}

function showReport(report: ReconciliationReport, screen: Screen): void {
  const { differences, differingRows, costDifference, statementDifferences } = report;
  if (countOf(report) === 0) {
    screen.line('Everything adds up, to the last digit.');
    return;
  }
  if (differences.length > 0) {
    screen.title(`${formatCount(BigInt(differingRows))} rows differ, by ${costDifference} USD`);
    for (const line of formatTable({ columns: COLUMNS, rows: differences.slice(0, ROWS_SHOWN_MAX).map(cellsOf) }))
      screen.line(line);
    if (Number(differingRows) > ROWS_SHOWN_MAX) screen.line(`More of them: GET /v1/reconciliations/${report.id}`);
  }
  for (const { difference, number } of statementDifferences.slice(0, ROWS_SHOWN_MAX))
    screen.warn(`statement ${number}: ${difference}`);
}

const COLUMNS = [
  { heading: 'Day' },
  { heading: 'Account' },
  { heading: 'User' },
  { heading: 'Meter' },
  { heading: 'Ledger', align: 'right' },
  { heading: 'Rollup', align: 'right' },
  { heading: 'Should cost', align: 'right' },
  { heading: 'Costs', align: 'right' },
  { heading: '' },
] as const;

function cellsOf(row: DifferenceRow): string[] {
  const { usageDate, accountOwnerId, userId, meter, ledgerQuantity, rollupQuantity, expectedCost, cost } = row;
  return [
    usageDate,
    accountOwnerId,
    userId,
    meter,
    ledgerQuantity ?? 'none',
    rollupQuantity ?? 'none',
    expectedCost ?? 'no price',
    cost ?? 'none',
    row.isClosed ? 'closed month' : row.kind,
  ];
}
