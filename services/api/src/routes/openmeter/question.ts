import type { Micros } from '@hopsmeter/usage';
import { ParameterError, type ParameterErrorCode } from '../../contract/parameter-errors.ts';
import type { QueryGrouping, WindowSize } from './windows.ts';

/** What is asked of a meter; what is not given is not asked for. */
export type Question = {
  readonly meter: string;
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
  readonly windowSize?: WindowSize | undefined;
  readonly windowTimeZone?: string | undefined;
  readonly groupBy: ReadonlySet<QueryGrouping>;
  /** Only usage whose value of a grouping is one of these. */
  readonly only: ReadonlyMap<QueryGrouping, ReadonlySet<string>>;
};

/** A question with its range, of what the caller may see. */
export type CompleteQuestion = Pick<Question, 'meter' | 'groupBy' | 'only'> & {
  readonly from: Micros;
  readonly to: Micros;
};

/** As many as our own totals have. */
const GROUPS_MAX = 20_000;

/** Rows to read: with one more than may be answered it is known that there are too many. */
export const ROWS_MAX = GROUPS_MAX + 1;

export function checkRowCount(rows: readonly unknown[]): void {
  if (rows.length > GROUPS_MAX) throw refuse('groupBy', 'TOO_MANY_GROUPS', `more than ${GROUPS_MAX} values`);
}

export function refuse(name: string, code: ParameterErrorCode, detail: string): ParameterError {
  return new ParameterError([{ parameter: name, code, detail }]);
}
