import { open } from 'node:fs/promises';
import { type ComparedDays, compareMonth, createPool, type NamedComparisonRow, type Pool } from '@hopsmeter/db';
import {
  addMonths,
  CAUSE_NAMES,
  COMPARISON_CSV_HEADER,
  type ComparisonSummary,
  createSummary,
  formatComparisonCsv,
  formatUsageDay,
  MICROS_PER_MS,
  parseUsageDay,
} from '@hopsmeter/usage';
import { namingApplication, requireApplicationUrl } from './application-database.ts';
import { CliError, unreachable } from './cli-error.ts';
import { databaseUrlOf, type Environment } from './connections.ts';
import { formatCount } from './console/format-number.ts';
import { formatTable } from './console/format-table.ts';
import type { Screen } from './console/screen.ts';

/** Unexplained rows that are shown; the file has all rows. */
const ROWS_SHOWN_MAX = 20;

/** Something remains unexplained. */
const EXIT_UNEXPLAINED = 1;

export type CompareOptions = {
  /** `2026-11`. */
  readonly month: string;
  /** URL of the application database. */
  readonly from: string;
  /** Where every row is written, the equal ones too. */
  readonly csv?: string | undefined;
};

export type CompareContext = CompareOptions & {
  readonly env: Environment;
  readonly screen: Screen;
  readonly now: Date;
  readonly signal: AbortSignal;
};

type Comparison = ComparedDays & {
  readonly summary: ComparisonSummary;
  /** The first of those that nothing explains. */
  readonly unexplained: readonly NamedComparisonRow[];
};

/**
 * `hopsmeter compare`: says how a month of the application differs from hopsmeter's, and why. Changes nothing.
 *
 * @returns the exit code: 1 while something remains unexplained.
 * @throws CliError when it cannot be compared.
 */
export async function runCompare(context: CompareContext): Promise<number> {
  const { env, from } = context;
  const url = databaseUrlOf(env);
  if (url === undefined) throw new CliError('Set DATABASE_URL to the Postgres of hopsmeter.');
  requireApplicationUrl(from);
  requireMonth(context);
  const file = await createFile(context.csv);
  const pool = createPool({ url, connectionsMax: 1, applicationName: 'hopsmeter-cli', onIdleError: () => undefined });
  try {
    const comparison = await compare(pool, context, file);
    show(comparison, context.screen);
    return comparison.summary.unexplainedCount > 0 ? EXIT_UNEXPLAINED : 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42P01')
      throw new CliError('The database of DATABASE_URL has no tables of hopsmeter: run hopsmeter migrate first.', {
        cause: error,
      });
    if (error instanceof Error && 'code' in error) throw unreachable('Postgres', 'DATABASE_URL', url, error);
    throw namingApplication(from, error);
  } finally {
    await pool.end();
    await file.close();
  }
}

function requireMonth({ month, now }: CompareContext): void {
  if (!/^2\d{3}-(?:0[1-9]|1[0-2])$/.test(month))
    throw new CliError(`${month} is not a month: expected one such as 2026-11.`);
  if (`${month}-01` > now.toISOString().slice(0, 10)) throw new CliError(`${month} has not begun.`);
}

type RowsFile = { add(rows: readonly NamedComparisonRow[]): Promise<void>; close(): Promise<void> };

async function createFile(path: string | undefined): Promise<RowsFile> {
  if (path === undefined) return { add: async () => undefined, close: async () => undefined };
  const file = await open(path, 'w').catch((error: Error) => {
    throw new CliError(`The file cannot be written: ${error.message}`, { cause: error });
  });
  await file.appendFile(COMPARISON_CSV_HEADER);
  return {
    add: (rows) => file.appendFile(formatComparisonCsv(rows)),
    close: () => file.close(),
  };
}

function compare(pool: Pool, context: CompareContext, file: RowsFile): Promise<Comparison> {
  const { month, from: url, now, signal, screen } = context;
  const from = parseUsageDay(`${month}-01`) ?? 0;
  const query = { from, to: addMonths(from, 1), now: now.getTime() * MICROS_PER_MS, signal };
  return screen.step(`comparing ${month}`, async (progress) => {
    const making = createSummary();
    const unexplained: NamedComparisonRow[] = [];
    const days = await compareMonth(pool, url, query, async (rows, { place, userCount }) => {
      progress(`${formatCount(place)} of ${formatCount(userCount)} users`);
      making.add(rows);
      for (const row of rows)
        if (row.causes.includes('unexplained') && unexplained.length < ROWS_SHOWN_MAX) unexplained.push(row);
      await file.add(rows);
      return true;
    });
    const text = `compared ${formatCount(days.userCount)} users from ${days.from} up to ${lastDay(days)}`;
    return { value: { ...days, summary: making.summary(), unexplained }, text };
  });
}

function lastDay({ to }: ComparedDays): string {
  return formatUsageDay((parseUsageDay(to) ?? 0) - 1);
}

function show({ summary, unexplained, importedDayCount }: Comparison, screen: Screen): void {
  if (importedDayCount > 0)
    screen.line(
      `${formatCount(importedDayCount)} imported days of users are the application's own numbers and are left out.`,
    );
  const { equalCount, differentCount, unexplainedCount } = summary;
  const measures = summary.measures.map(({ measure, old, new: now, difference, differentCount: count }) => [
    measure,
    old,
    now,
    difference,
    formatCount(count),
  ]);
  for (const line of formatTable({ columns: MEASURE_COLUMNS, rows: measures })) screen.line(line);
  if (differentCount === 0) {
    screen.line(`All ${formatCount(equalCount)} numbers are equal.`);
    return;
  }
  screen.line();
  const causes = summary.causes
    .filter(({ count }) => count > 0)
    .map(({ cause, count }) => [CAUSE_NAMES[cause], formatCount(count)]);
  for (const line of formatTable({ columns: CAUSE_COLUMNS, rows: causes })) screen.line(line);
  screen.line(`${formatCount(equalCount)} numbers are equal, ${formatCount(differentCount)} differ.`);
  if (unexplainedCount === 0) return;
  screen.title(`${formatCount(unexplainedCount)} remain unexplained`);
  for (const { userId, date, measure, old, new: now } of unexplained)
    screen.line(`${date} ${userId} ${measure}: ${old ?? 'none'} in the application, ${now} in hopsmeter`);
  if (unexplainedCount > unexplained.length)
    screen.line(`and ${formatCount(unexplainedCount - unexplained.length)} more: see --csv`);
}

const MEASURE_COLUMNS = [
  { heading: 'Measure' },
  { heading: 'Application', align: 'right' },
  { heading: 'hopsmeter', align: 'right' },
  { heading: 'Difference', align: 'right' },
  { heading: 'Rows that differ', align: 'right' },
] as const;

const CAUSE_COLUMNS = [{ heading: 'Cause' }, { heading: 'Rows', align: 'right' }] as const;
