import {
  type Change,
  createPool,
  makeDirectoryChanges,
  type Pool,
  readApplicationDirectory,
  readOurDirectory,
  rememberApplication,
} from '@hopsmeter/db';
import {
  type ApplicationDirectory,
  DIRECTORY_TABLES,
  type DirectoryPlan,
  type ListedRow,
  planDirectory,
} from '@hopsmeter/usage';
import { namingApplication, requireApplicationUrl } from './application-database.ts';
import { CliError, unreachable } from './cli-error.ts';
import { databaseUrlOf, type Environment } from './connections.ts';
import { formatCount } from './console/format-number.ts';
import { formatTable } from './console/format-table.ts';
import type { Screen } from './console/screen.ts';
import { createReport, type Report } from './import-report.ts';

/** Rows that are listed on the screen; the report has all of them. */
const ROWS_SHOWN_MAX = 20;

/** Everything that could come over did, and some rows are listed. */
const EXIT_LISTED = 2;

export type ImportOptions = {
  /** URL of the application database. */
  readonly from: string;
  readonly apply: boolean;
  readonly report?: string | undefined;
};

export type ImportContext = ImportOptions & {
  readonly env: Environment;
  readonly screen: Screen;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/**
 * `hopsmeter import`: brings people, clusters, assignments, projects and credits over from the application database. Without
 * `apply` it only says what would change.
 *
 * @returns the exit code: 2 when rows are listed that did not come over or that differ.
 * @throws CliError when one of the two databases cannot be used.
 */
export async function runImport(context: ImportContext): Promise<number> {
  const { env, screen } = context;
  const url = databaseUrlOf(env);
  if (url === undefined) throw new CliError('Set DATABASE_URL to the Postgres of hopsmeter.');
  requireApplicationUrl(context.from);
  const report = await createReport(context.report);
  const pool = createPool({
    url,
    connectionsMax: 1,
    applicationName: 'hopsmeter-cli',
    onIdleError: () => undefined,
  });
  try {
    const application = await readApplication(context.from, screen);
    return await moveIn(context, pool, application, report);
  } catch (error) {
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

function readApplication(from: string, screen: Screen): Promise<ApplicationDirectory> {
  return screen.step('reading the application database', async () => {
    try {
      const value = await readApplicationDirectory(from);
      const rows = Object.values(value).reduce((count, part) => count + part.length, 0);
      return { value, text: `read ${formatCount(rows)} rows of the application database` };
    } catch (error) {
      throw namingApplication(from, error);
    }
  });
}

async function moveIn(
  { screen, now, apply, signal }: ImportContext,
  pool: Pool,
  application: ApplicationDirectory,
  report: Report,
): Promise<number> {
  const plan = planDirectory(application, await readOurDirectory(pool), now.toISOString().replace('Z', '000Z'));
  showCounts(plan, screen);
  const refused = apply ? await makeChanges(pool, plan, screen, signal) : [];
  if (apply) await rememberApplication(pool, application);
  const lists = { refused: [...plan.refused, ...refused], different: plan.different, note: plan.notes };
  for (const [outcome, rows] of Object.entries(lists)) await report.add(outcome, rows);
  showRows('cannot come over', lists.refused, screen);
  showRows('differ from what hopsmeter has, which stays', lists.different, screen);
  showRows('come over, but look at them', lists.note, screen);
  if (!apply && plan.changes.length > 0) screen.line('Nothing was changed. With --apply it will be.');
  return lists.refused.length + lists.different.length > 0 ? EXIT_LISTED : 0;
}

function makeChanges(
  pool: Pool,
  { changes }: DirectoryPlan,
  screen: Screen,
  signal: AbortSignal,
): Promise<readonly ListedRow[]> {
  const total = formatCount(changes.length);
  return screen.step('moving in', async (show) => {
    const onPart = (made: number): void => show(`${formatCount(made)} of ${total} changes`);
    const value = await makeDirectoryChanges(pool, CHANGE, changes, { signal, onPart });
    return { value, text: `made ${formatCount(changes.length - value.length)} changes` };
  });
}

const COLUMNS = [
  { heading: 'Table' },
  { heading: 'Rows', align: 'right' },
  { heading: 'New', align: 'right' },
  { heading: 'Here already', align: 'right' },
  { heading: 'Different', align: 'right' },
  { heading: 'Refused', align: 'right' },
] as const;

function showCounts({ counts }: DirectoryPlan, screen: Screen): void {
  const rows = DIRECTORY_TABLES.map((table) => {
    const { read, new: added, unchanged, different, refused } = counts[table];
    return [table, ...[read, added, unchanged, different, refused].map(formatCount)];
  });
  for (const line of formatTable({ columns: COLUMNS, rows })) screen.line(line);
}

function showRows(title: string, rows: readonly ListedRow[], screen: Screen): void {
  if (rows.length === 0) return;
  screen.title(`${formatCount(rows.length)} rows ${title}`);
  for (const { table, key, reason } of rows.slice(0, ROWS_SHOWN_MAX)) screen.line(`${table} ${key}: ${reason}`);
  if (rows.length > ROWS_SHOWN_MAX) screen.line(`and ${formatCount(rows.length - ROWS_SHOWN_MAX)} more: see --report`);
}
