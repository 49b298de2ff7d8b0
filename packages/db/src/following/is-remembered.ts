import { isDeepStrictEqual } from 'node:util';
import type { FollowedRows, RowPlan } from '@hopsmeter/usage';

/** What is remembered of the row of a plan. */
export function findRemembered({ table, key }: Pick<RowPlan, 'table' | 'key'>, followed: FollowedRows) {
  return table === 'user_credits' ? undefined : followed[table].get(key);
}

/**
 * Whether nothing has to be written for a plan. Writing it again would lock the row, which leaves a trace in its
 * version.
 */
export function isRemembered(plan: RowPlan, followed: FollowedRows): boolean {
  const known = findRemembered(plan, followed);
  const { content, agreed, boundary, problem } = plan;
  return known === undefined ? content === null : isDeepStrictEqual({ content, agreed, boundary, problem }, known);
}
