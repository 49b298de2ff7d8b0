import { type ApplicationUsage, type DayOutcome, type ImportScope, planImportedDay } from '@hopsmeter/usage';
import { eachApplicationUsage } from '../application/each-application-usage.ts';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { importDays } from './import-days.ts';
import { readDaysHere } from './read-days-here.ts';
import { readEverOwners } from './read-ever-owners.ts';

/**
 * Parts that are written at the same time: Postgres spends most of an import on checking references, on one core each.
 */
export const IMPORT_CONNECTIONS = 2;

export type PastUsageImport = {
  /** URL of the application database. */
  readonly from: string;
  readonly scope: Omit<ImportScope, 'everOwners' | 'imported' | 'billed'> & {
    /** Days come over though their metered usage costs something: of a dry run, before that ends. */
    readonly isBilledIgnored?: boolean;
  };
  /** On whose behalf it is written; undefined: nothing is written. */
  readonly change: Change | undefined;
  readonly signal: AbortSignal;
  /**
   * Called with each part's rows and what became of them, once that is true, in the order of the rows; `total` is the
   * number of all rows.
   */
  onPart(part: readonly RowOutcome[], total: number): Promise<void>;
};

export type RowOutcome = { readonly row: ApplicationUsage; readonly outcome: DayOutcome };

/**
 * Brings the past usage of the application over, a page at a time, each in one transaction. Whatever ends it, even a
 * kill, leaves whole pages: run again, what is left is brought. Holds two pages in memory.
 *
 * @throws ApplicationDatabaseError; the signal's reason between two parts.
 */
export async function importPastUsage(
  pool: Pool,
  { from, scope, change, signal, onPart }: PastUsageImport,
): Promise<void> {
  const everOwners = await readEverOwners(pool);
  let before: Promise<readonly RowOutcome[]> = Promise.resolve([]);
  let rowTotal = 0;
  try {
    await eachApplicationUsage(from, undefined, async (rows, total) => {
      signal.throwIfAborted();
      rowTotal = total;
      const [previous, part] = [before, importPage(pool, change, { ...scope, everOwners }, rows)];
      // Whoever waits for it next hears of its failure.
      part.catch(() => undefined);
      before = part;
      await onPart(await previous, total);
    });
    await onPart(await before, rowTotal);
  } finally {
    await Promise.allSettled([before]);
  }
}

async function importPage(
  pool: Pool,
  change: Change | undefined,
  scope: PastUsageImport['scope'] & Pick<ImportScope, 'everOwners'>,
  rows: readonly ApplicationUsage[],
): Promise<readonly RowOutcome[]> {
  const days = rows.flatMap(({ date }) => (date !== null && DAY.test(date) ? [date] : []));
  // Pages come in the order of days.
  const [first, last] = [days[0], days.at(-1)];
  const here =
    first === undefined || last === undefined
      ? { imported: new Map(), billed: new Set<string>() }
      : await readDaysHere(pool, { from: first, to: last });
  const billed = scope.isBilledIgnored === true ? new Set<string>() : here.billed;
  const known = { ...scope, imported: here.imported, billed };
  const outcomes = rows.map((row) => ({ row, outcome: planImportedDay(row, known) }));
  const added = outcomes.flatMap(({ outcome }) => (outcome.kind === 'new' ? [outcome.day] : []));
  if (change !== undefined && added.length > 0) await importDays(pool, change, added);
  return outcomes;
}

/** What sorts as a text as it does as a day. */
const DAY = /^\d{4}-\d\d-\d\d$/;
