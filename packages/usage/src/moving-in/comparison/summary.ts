import { formatFixed, readAmount, roundAmount } from './amount.ts';
import { CAUSES, type Cause, COMPARED_MEASURES, type ComparedMeasure, type ComparisonRow } from './causes.ts';

/** A comparison at a glance. */
export type ComparisonSummary = {
  readonly equalCount: number;
  readonly differentCount: number;
  /** Rows that no cause explains. */
  readonly unexplainedCount: number;
  /** A row with two causes counts for both. */
  readonly causes: readonly { readonly cause: Cause; readonly count: number }[];
  /** Sums over all rows, the equal ones too. */
  readonly measures: readonly {
    readonly measure: ComparedMeasure;
    readonly old: string;
    readonly new: string;
    readonly difference: string;
    readonly differentCount: number;
  }[];
};

/** Adds rows up as they come. */
export type SummaryInMaking = { add(rows: readonly ComparisonRow[]): void; summary(): ComparisonSummary };

type Sum = { old: bigint; new: bigint; differentCount: number };

const MEASURES = Object.keys(COMPARED_MEASURES) as readonly ComparedMeasure[];

export function createSummary(): SummaryInMaking {
  const counts = new Map<Cause, number>();
  const sums = new Map<ComparedMeasure, Sum>();
  let equalCount = 0;
  let differentCount = 0;
  return {
    add(rows) {
      for (const { measure, old, new: now, causes } of rows) {
        const sum = sums.get(measure) ?? { old: 0n, new: 0n, differentCount: 0 };
        sum.old += unitsOf(measure, old ?? '0');
        sum.new += unitsOf(measure, now);
        if (causes.length > 0) sum.differentCount += 1;
        sums.set(measure, sum);
        if (causes.length === 0) equalCount += 1;
        else differentCount += 1;
        for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1);
      }
    },
    summary: () => ({
      equalCount,
      differentCount,
      unexplainedCount: counts.get('unexplained') ?? 0,
      causes: CAUSES.map((cause) => ({ cause, count: counts.get(cause) ?? 0 })),
      measures: MEASURES.map((measure) => {
        const sum = sums.get(measure) ?? { old: 0n, new: 0n, differentCount: 0 };
        const text = (units: bigint): string => formatFixed(units, COMPARED_MEASURES[measure]);
        const values = { old: text(sum.old), new: text(sum.new), difference: text(sum.new - sum.old) };
        return { measure, ...values, differentCount: sum.differentCount };
      }),
    }),
  };
}

/** What is no number adds nothing. */
function unitsOf(measure: ComparedMeasure, text: string): bigint {
  const amount = readAmount(text);
  return amount === undefined ? 0n : roundAmount(amount, COMPARED_MEASURES[measure]);
}
