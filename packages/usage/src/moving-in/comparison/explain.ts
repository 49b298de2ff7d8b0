import { ADDED_COLUMNS, type AddedColumn, type Additions } from './additions.ts';
import { roundAmount } from './amount.ts';
import { COMPARED_MEASURES } from './causes.ts';
import type { Fault } from './faults.ts';

/** What the columns of a row hold, in their units; undefined where it is no number. */
export type Held = Readonly<Record<AddedColumn, bigint | undefined>>;

export type Puzzle = {
  readonly held: Held;
  /** What the row would hold without a fault. */
  readonly base: Additions;
  /** The most specific first. Those that are not asked for are not made. */
  readonly faults: FaultList;
};

/** Faults that can be gone through again and again, and are made once, when they are reached. */
export type FaultList = Iterable<Fault>;

export function createFaultList(source: Iterator<Fault>): FaultList {
  const made: Fault[] = [];
  return {
    *[Symbol.iterator]() {
      for (let place = 0; ; place++) {
        let fault = made[place];
        if (fault === undefined) {
          const next = source.next();
          if (next.done) return;
          fault = next.value;
          made.push(fault);
        }
        yield fault;
      }
    },
  };
}

/**
 * Finds the fewest faults, two at most, with which the job would have left exactly what the columns hold; of as many
 * the most specific.
 *
 * @param isProven asked of what fits; the search goes on when it says no.
 * @returns no faults where rounding alone explains it; undefined where nothing does.
 */
export function explain(
  puzzle: Puzzle,
  columns: readonly AddedColumn[],
  isProven: (fault: Fault) => boolean,
  faultsMax: 1 | 2 = 2,
): readonly Fault[] | undefined {
  if (fits(puzzle, [], columns)) return [];
  for (const fault of puzzle.faults) if (fits(puzzle, [fault], columns) && isProven(fault)) return [fault];
  return faultsMax === 1 ? undefined : findPair(puzzle, columns, isProven);
}

/**
 * Whether the columns hold exactly what the job would have left: each addition rounded, or all of them once at the end.
 */
export function fits({ held, base }: Puzzle, faults: readonly Fault[], columns: readonly AddedColumn[]): boolean {
  return columns.every((column) => {
    let exact = base.exact[column];
    let rounded = base.rounded[column];
    for (const { change } of faults) {
      exact += change.exact[column];
      rounded += change.rounded[column];
    }
    return held[column] === rounded || held[column] === roundAmount(exact, COMPARED_MEASURES[column]);
  });
}

/**
 * Among the faults that may be one of two. There are some 20,000 pairs, so plain numbers sort out those that are far
 * off: what they leave is looked at exactly.
 */
function findPair(
  puzzle: Puzzle,
  columns: readonly AddedColumn[],
  isProven: (fault: Fault) => boolean,
): readonly Fault[] | undefined {
  const faults = [...puzzle.faults].filter(({ isCombinable }) => isCombinable);
  const wanted = columns.map((column) => Number(puzzle.held[column] ?? 0n) - Number(puzzle.base.rounded[column]));
  const changes = faults.map(({ change }) => columns.map((column) => Number(change.rounded[column])));
  for (const [first, fault] of faults.entries())
    for (let second = first + 1; second < faults.length; second++) {
      const other = faults[second];
      if (other === undefined || !isNear(wanted, changes[first], changes[second])) continue;
      const pair = [fault, other];
      if (isPossible(fault, other) && fits(puzzle, pair, columns) && pair.every(isProven)) return pair;
    }
  return undefined;
}

/** Half a unit for each of a day's additions, of which there are some hundred at most, and one for good measure. */
const NEAR_UNITS = 64;

function isNear(wanted: readonly number[], a: readonly number[] = [], b: readonly number[] = []): boolean {
  for (let place = 0; place < wanted.length; place++)
    if (Math.abs((wanted[place] ?? 0) - (a[place] ?? 0) - (b[place] ?? 0)) > NEAR_UNITS) return false;
  return true;
}

/** Hours can be missed twice and counted twice; the other faults are each about the whole row. */
function isPossible(a: Fault, b: Fault): boolean {
  return a.cause !== b.cause || ['missing_hour', 'double_hour', 'clamped_negative'].includes(a.cause);
}

/** The columns that a fault changes. */
export function columnsOf({ change }: Fault): readonly AddedColumn[] {
  return ADDED_COLUMNS.filter((column) => change.exact[column] !== 0n);
}
