import { groupBy } from '../../group-by.ts';
import type { DirectoryPlan, ListedRow } from '../directory-plan.ts';
import type { FollowedContents, FollowedTable } from './followed-rows.ts';
import type { RowPlan } from './row-plan.ts';

/** What becomes of rows on which both systems have never agreed. */
export type NewRows = {
  plan<Table extends FollowedTable>(table: Table, key: string, content: FollowedContents[Table]): RowPlan;
};

/**
 * By the plan of an import.
 *
 * @param isSame whether what hopsmeter has in other words says the same of now.
 */
export function createNewRows(
  plan: DirectoryPlan,
  isSame: (content: FollowedContents[FollowedTable]) => boolean,
): NewRows {
  const changes = groupBy(plan.changes, keyOf);
  const refused = reasonsBy(plan.refused);
  const different = reasonsBy(plan.different);
  return {
    plan(table, key, content) {
      const boundary = 'createdAt' in content ? content.createdAt : null;
      const row = { table, key, content, boundary };
      const id = keyOf(row);
      const refusal = refused.get(id);
      if (refusal !== undefined)
        return { ...row, changes: [], agreed: null, problem: { kind: 'refused', reason: refusal } };
      const difference = different.get(id);
      if (difference !== undefined && !isSame(content))
        return { ...row, changes: [], agreed: null, problem: { kind: 'contradiction', reason: difference } };
      return { ...row, changes: changes.get(id) ?? [], agreed: content, problem: null };
    },
  };
}

function reasonsBy(rows: readonly ListedRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [keyOf(row), row.reason]));
}

function keyOf({ table, key }: { readonly table: string; readonly key: string }): string {
  return `${table} ${key}`;
}
