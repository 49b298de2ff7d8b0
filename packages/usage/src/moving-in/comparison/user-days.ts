import type { UsageDay } from '../../time.ts';
import { ADDED_COLUMNS, type AddedColumn, addUp } from './additions.ts';
import { readAmount, roundAmount } from './amount.ts';
import { COMPARED_MEASURES, type ComparedMeasure } from './causes.ts';
import { createFaultList, explain, fits, type Held, type Puzzle } from './explain.ts';
import type { ApplicationDay, HourPart, MonthFacts, UserFacts } from './facts.ts';
import { eachFault, type Fault } from './faults.ts';

/** Measures that stand in a column of the application's row as they are. */
export const COLUMN_OF = {
  cpu_hours: 'cpuHours',
  gpu_hours: 'gpuHours',
  ram_gb_hours: 'ramGbHours',
  online_storage_gb: 'onlineStorageGb',
  offline_storage_gb: 'offlineStorageGb',
  network_egress_gb: 'networkEgressGb',
  cost: 'totalCost',
} as const satisfies Partial<Record<ComparedMeasure, keyof ApplicationDay>>;

export type ColumnMeasure = keyof typeof COLUMN_OF;

/**
 * What the row of a day holds of a measure, in units of its column: 0 without a row or a value; undefined when it is
 * NaN.
 */
export function heldUnits(row: ApplicationDay | undefined, measure: ColumnMeasure): bigint | undefined {
  const amount = readAmount(row?.[COLUMN_OF[measure]] ?? '0');
  return amount === undefined ? undefined : roundAmount(amount, COMPARED_MEASURES[measure]);
}

/** What explains the columns of a day that the job adds to: these faults, for these columns. */
export type Explanation = { readonly faults: readonly Fault[]; readonly columns: readonly AddedColumn[] };

const COMPUTE = ['cpu_hours', 'gpu_hours', 'ram_gb_hours'] as const;

/** The days of a user as puzzles, each made once. */
export type UserDays = {
  partsOf(day: UsageDay): readonly HourPart[];
  puzzleOf(day: UsageDay): Puzzle;
  /**
   * What explains the row of a day: all of its columns together where that is possible, else those of compute, else
   * each column by a fault of its own. A column in no explanation stays unexplained.
   */
  explainDay(day: UsageDay): readonly Explanation[];
};

export function createUserDays(user: UserFacts, month: MonthFacts): UserDays {
  const puzzles = new Map<UsageDay, Puzzle>();
  const partsOf = (day: UsageDay): readonly HourPart[] => user.parts.get(day) ?? [];

  function puzzleOf(day: UsageDay): Puzzle {
    const known = puzzles.get(day);
    if (known !== undefined) return known;
    const parts = partsOf(day);
    const row = user.application.get(day);
    const { userId, namespaces } = user;
    const about = { userId, day, parts, partsBefore: partsOf(day - 1), namespaces, clusterId: row?.clusterId ?? null };
    const puzzle = { held: heldBy(row), base: addUp(parts), faults: createFaultList(eachFault(about)) };
    puzzles.set(day, puzzle);
    return puzzle;
  }

  /** What the application has no measure for is in no puzzle: then an equal cost must not be looked for. */
  function isCostEqual(day: UsageDay): boolean {
    const cost = user.ours.get(day)?.cost ?? 0n;
    return heldUnits(user.application.get(day), 'cost') === roundAmount(cost, COMPARED_MEASURES.cost);
  }

  /**
   * Whether the neighbours of a day hold what went over midnight. A day that is not over may not say it yet: there it
   * is enough that the day before does, because a job that is late is late every day.
   */
  function isProven(day: UsageDay, { shift }: Fault): boolean {
    if (shift === undefined) return true;
    return (
      (shift.toNext === 0 ||
        (day + 1 >= month.to && shift.fromBefore > 0) ||
        isShifted(day + 1, (next) => next.fromBefore === shift.toNext)) &&
      (shift.fromBefore === 0 || isShifted(day - 1, (before) => before.toNext === shift.fromBefore))
    );
  }

  /** Whether a day is explained by a shift of that kind, alone or with another fault. */
  function isShifted(day: UsageDay, isWanted: (shift: NonNullable<Fault['shift']>) => boolean): boolean {
    const puzzle = puzzleOf(day);
    const shifts: Fault[] = [];
    for (const fault of puzzle.faults) {
      // They come first.
      if (fault.shift === undefined) break;
      if (isWanted(fault.shift)) shifts.push(fault);
    }
    const isFitting = (faults: readonly Fault[]): boolean =>
      fits(puzzle, faults, ADDED_COLUMNS) || fits(puzzle, faults, COMPUTE);
    if (shifts.some((shift) => isFitting([shift]))) return true;
    for (const other of puzzle.faults)
      if (other.shift === undefined && other.isCombinable && shifts.some((shift) => isFitting([shift, other])))
        return true;
    return false;
  }

  return {
    partsOf,
    puzzleOf,
    explainDay(day) {
      const puzzle = puzzleOf(day);
      const proven = (fault: Fault): boolean => isProven(day, fault);
      for (const columns of isCostEqual(day) ? [COMPUTE] : [ADDED_COLUMNS, COMPUTE]) {
        const faults = explain(puzzle, columns, proven);
        if (faults !== undefined) return [{ faults, columns }];
      }
      return COMPUTE.flatMap((column) => {
        const faults = explain(puzzle, [column], proven, 1);
        return faults === undefined ? [] : [{ faults, columns: [column] }];
      });
    },
  };
}

function heldBy(row: ApplicationDay | undefined): Held {
  return {
    cpu_hours: heldUnits(row, 'cpu_hours'),
    gpu_hours: heldUnits(row, 'gpu_hours'),
    ram_gb_hours: heldUnits(row, 'ram_gb_hours'),
    cost: heldUnits(row, 'cost'),
  };
}
