import {
  type ApplicationKey,
  DIRECTORY_TABLES,
  type DirectoryChange,
  type DirectoryPlan,
  type DirectoryTable,
  type ListedRow,
  type RowCounts,
} from './directory-plan.ts';

/** Where each row's outcome is written down, once. */
export type Outcomes = {
  /** The row is brought over by these changes; none when there is nothing in it to bring. */
  bring(row: ApplicationKey, changes: readonly DirectoryChange[]): void;
  /** The row is here already, as it is. */
  keep(row: ApplicationKey): void;
  differ(row: ApplicationKey, reason: string): void;
  refuse(row: ApplicationKey, reason: string): void;
  /** What is to be known of a row, whatever its outcome is. */
  note(row: ApplicationKey, reason: string): void;
  plan(): DirectoryPlan;
};

type Outcome = Exclude<keyof RowCounts, 'read'>;

export function createOutcomes(): Outcomes {
  const changes: DirectoryChange[] = [];
  const lists: Record<'refused' | 'different' | 'notes', ListedRow[]> = { refused: [], different: [], notes: [] };
  const counted: { readonly table: DirectoryTable; readonly outcome: Outcome }[] = [];
  const count = ({ table }: ApplicationKey, outcome: Outcome) => counted.push({ table, outcome });
  return {
    bring(row, made) {
      count(row, made.length === 0 ? 'unchanged' : 'new');
      changes.push(...made);
    },
    keep: (row) => void count(row, 'unchanged'),
    differ(row, reason) {
      count(row, 'different');
      lists.different.push({ ...row, reason });
    },
    refuse(row, reason) {
      count(row, 'refused');
      lists.refused.push({ ...row, reason });
    },
    note: (row, reason) => void lists.notes.push({ ...row, reason }),
    plan: () => ({ changes, ...lists, counts: countByTable(counted) }),
  };
}

function countByTable(
  counted: readonly { readonly table: DirectoryTable; readonly outcome: Outcome }[],
): Record<DirectoryTable, RowCounts> {
  const countsOf = (wanted: DirectoryTable): RowCounts => {
    const rows = counted.filter(({ table }) => table === wanted);
    const sum = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length;
    return {
      read: rows.length,
      new: sum('new'),
      unchanged: sum('unchanged'),
      different: sum('different'),
      refused: sum('refused'),
    };
  };
  const [clusters, users, assignments, projects, credits] = DIRECTORY_TABLES;
  return {
    [clusters]: countsOf(clusters),
    [users]: countsOf(users),
    [assignments]: countsOf(assignments),
    [projects]: countsOf(projects),
    [credits]: countsOf(credits),
  };
}
