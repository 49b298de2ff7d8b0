import { type Change, makeDirectoryChanges, type Pool, readOurDirectory, rememberApplication } from '@hopsmeter/db';
import {
  type ApplicationDirectory,
  DIRECTORY_TABLES,
  type DirectoryPlan,
  type ListedRow,
  type OurDirectory,
  planDirectory,
} from '@hopsmeter/usage';
import { formatCount } from './console/format-number.ts';
import { formatTable } from './console/format-table.ts';
import type { Screen } from './console/screen.ts';
import type { ListedRows } from './listed-rows.ts';

export type DirectoryStep = {
  readonly now: Date;
  /** Undefined for a dry run. */
  readonly change: Change | undefined;
  readonly signal: AbortSignal;
  readonly screen: Screen;
  readonly listed: ListedRows;
};

/** Who and what is in hopsmeter afterwards; in a dry run, would be. */
export type KnownDirectory = {
  readonly owners: ReadonlyMap<string, string | null>;
  readonly clusterIds: ReadonlySet<string>;
};

/** Brings the directory over, or says what would come. */
export async function importDirectoryStep(
  pool: Pool,
  application: ApplicationDirectory,
  { now, change, signal, screen, listed }: DirectoryStep,
): Promise<KnownDirectory> {
  const ours = await readOurDirectory(pool);
  const plan = planDirectory(application, ours, now.toISOString().replace('Z', '000Z'));
  showCounts(plan, screen);
  const refused = change === undefined ? [] : await makeChanges(pool, change, plan, screen, signal);
  if (change !== undefined) await rememberApplication(pool, application);
  await listed.add('refused', [...plan.refused, ...refused]);
  await listed.add('different', plan.different);
  await listed.add('note', plan.notes);
  return change === undefined ? knownAfter(ours, plan) : knownAfter(await readOurDirectory(pool));
}

function makeChanges(
  pool: Pool,
  change: Change,
  { changes }: DirectoryPlan,
  screen: Screen,
  signal: AbortSignal,
): Promise<readonly ListedRow[]> {
  const total = formatCount(changes.length);
  return screen.step('moving in', async (show) => {
    const onPart = (made: number): void => show(`${formatCount(made)} of ${total} changes`);
    const value = await makeDirectoryChanges(pool, change, changes, { signal, onPart });
    return { value, text: `made ${formatCount(changes.length - value.length)} changes` };
  });
}

function knownAfter({ users, clusters }: OurDirectory, plan?: DirectoryPlan): KnownDirectory {
  const owners = new Map(users.map(({ id, accountOwnerId }) => [id, accountOwnerId]));
  const clusterIds = new Set(clusters.map(({ id }) => id));
  for (const change of plan?.changes ?? [])
    if (change.kind === 'create_user') owners.set(change.userId, change.accountOwnerId);
    else if (change.kind === 'create_cluster') clusterIds.add(change.clusterId);
  return { owners, clusterIds };
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
