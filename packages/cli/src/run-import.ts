import {
  ApplicationDatabaseError,
  type Change,
  createPool,
  IMPORT_CONNECTIONS,
  type Pool,
  readApplicationDirectory,
} from '@hopsmeter/db';
import {
  type ApplicationDirectory,
  MICROS_PER_MS,
  monthOf,
  parseUsageDay,
  type UsageDay,
  type UsageMonth,
  usageDayOf,
} from '@hopsmeter/usage';
import { namingApplication, requireApplicationUrl } from './application-database.ts';
import { CliError, unreachable } from './cli-error.ts';
import { databaseUrlOf, type Environment } from './connections.ts';
import { formatCount } from './console/format-number.ts';
import type { Screen } from './console/screen.ts';
import { importDirectoryStep } from './import-directory-step.ts';
import { createReport, type Report } from './import-report.ts';
import { closeMonthsStep, endOf, importUsageStep, stopBillingStep } from './import-usage-step.ts';
import { createListedRows } from './listed-rows.ts';

/** Everything that could come over did, and some rows are listed. */
const EXIT_LISTED = 2;

export type ImportOptions = {
  /** URL of the application database. */
  readonly from: string;
  readonly apply: boolean;
  /** The first month that hopsmeter bills, such as 2026-11. */
  readonly switch?: string | undefined;
  readonly report?: string | undefined;
};

export type ImportContext = ImportOptions & {
  readonly env: Environment;
  readonly screen: Screen;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/**
 * `hopsmeter import`: brings people, clusters, assignments, projects, credits and past usage over from the application
 * database, and closes the months before the switch. Without `apply` it only says what would change.
 *
 * @returns the exit code: 2 when rows are listed that did not come over or that differ.
 * @throws CliError when one of the two databases cannot be used.
 */
export async function runImport(context: ImportContext): Promise<number> {
  const { env, screen } = context;
  const url = databaseUrlOf(env);
  if (url === undefined) throw new CliError('Set DATABASE_URL to the Postgres of hopsmeter.');
  requireApplicationUrl(context.from);
  const today = usageDayOf(context.now.getTime() * MICROS_PER_MS);
  const switchMonth = context.switch === undefined ? undefined : readSwitchMonth(context.switch, today);
  const report = await createReport(context.report);
  const pool = createPool({
    url,
    connectionsMax: IMPORT_CONNECTIONS,
    applicationName: 'hopsmeter-cli',
    onIdleError: () => undefined,
  });
  try {
    const application = await readApplication(context.from, screen);
    return await moveIn(context, pool, { application, report, today, switchMonth });
  } catch (error) {
    if (error instanceof ApplicationDatabaseError) throw namingApplication(context.from, error);
    if (error instanceof Error && 'code' in error && error.code === '42P01')
      throw new CliError('The database of DATABASE_URL has no tables of hopsmeter: run hopsmeter migrate first.', {
        cause: error,
      });
    // What Postgres or the network says has a code; a fault of ours has none.
    if (error instanceof Error && 'code' in error) throw unreachable('Postgres', 'DATABASE_URL', url, error);
    throw error;
  } finally {
    await pool.end();
    await report.close();
  }
}

const CHANGE: Change = { actor: { kind: 'service', id: 'hopsmeter import' }, requestId: 'command line' };

function readSwitchMonth(text: string, today: UsageDay): UsageMonth {
  const month = parseUsageDay(`${text}-01`);
  if (month === undefined) throw new CliError('--switch must be a month such as 2026-11.');
  if (month > monthOf(today))
    throw new CliError('--switch must be a month that has begun: the months before it are closed.');
  return month;
}

function readApplication(from: string, screen: Screen): Promise<ApplicationDirectory> {
  return screen.step('reading the application database', async () => {
    const value = await readApplicationDirectory(from, ['usage_daily']);
    const rows = Object.values(value).reduce((count, part) => count + part.length, 0);
    return { value, text: `read ${formatCount(rows)} rows of the application's directory` };
  });
}

type MovingIn = {
  readonly application: ApplicationDirectory;
  readonly report: Report;
  readonly today: UsageDay;
  readonly switchMonth: UsageMonth | undefined;
};

async function moveIn(
  { from, screen, now, apply, signal }: ImportContext,
  pool: Pool,
  { application, report, today, switchMonth }: MovingIn,
): Promise<number> {
  const listed = createListedRows(report);
  const step = { from, now, signal, screen, listed, change: apply ? CHANGE : undefined };
  const known = await importDirectoryStep(pool, application, step);
  const clusterOf = new Map(application.assignments.map(({ userId, clusterId }) => [userId, clusterId]));
  const isFreed = switchMonth !== undefined && (await stopBillingStep(pool, step, switchMonth));
  // A dry run says what would come over once metered usage costs nothing there.
  const scope = { ...known, clusterOf, end: endOf(today, switchMonth), isBilledIgnored: isFreed && !apply };
  await importUsageStep(pool, { ...step, scope });
  if (switchMonth !== undefined) await closeMonthsStep(pool, step, switchMonth);
  listed.show(screen);
  if (!apply) screen.line('Nothing was changed. Use --apply to make the changes.');
  return listed.isIncomplete() ? EXIT_LISTED : 0;
}
