import type { ApplicationKey, DirectoryChange } from '../directory-plan.ts';
import type { FollowedContents, FollowedProblem, FollowedTable } from './followed-rows.ts';

/** What is to be done about a row, and to be remembered of it. */
export type RowPlan = ApplicationKey & {
  /** In their order; all of them or none. */
  readonly changes: readonly DirectoryChange[];
  /** What the application says; null: the row is no more, and nothing of it is remembered. */
  readonly content: FollowedContents[FollowedTable] | null;
  /** What both systems agree on once the changes are made. */
  readonly agreed: FollowedContents[FollowedTable] | null;
  /** The last begin or end here that both agree on then. */
  readonly boundary: string | null;
  /** What remains for a person. */
  readonly problem: FollowedProblem | null;
};

/** How what the application says of a thing relates to what both had, and to what hopsmeter has now. */
export function compare<T>(theirs: T, agreed: T | undefined, ours: T): 'same' | 'changed' | 'contradicts' {
  if (theirs === ours) return 'same';
  return agreed === ours ? 'changed' : 'contradicts';
}
