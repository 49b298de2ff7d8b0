import type { RowPlan } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';

/**
 * Remembers rows, $1 as JSON. A problem keeps its date while it stays the same. A row that is as it was is not written.
 */
const REMEMBER = `
insert into hopsmeter.followed_rows as known
  (application_table, key, content, agreed, boundary, problem_kind, problem, problem_since)
select
  "table", key, content, agreed, boundary,
  problem ->> 'kind', problem ->> 'reason', case when problem is not null then clock_timestamp() end
from json_to_recordset($1::json) as row ("table" text, key text, content jsonb, agreed jsonb, boundary text,
  problem jsonb)
on conflict (application_table, key) do update set
  content = excluded.content, agreed = excluded.agreed, boundary = excluded.boundary,
  problem_kind = excluded.problem_kind, problem = excluded.problem,
  problem_since = case when known.problem = excluded.problem then known.problem_since else excluded.problem_since end
where (known.content, known.agreed, known.boundary, known.problem_kind, known.problem)
  is distinct from (excluded.content, excluded.agreed, excluded.boundary, excluded.problem_kind, excluded.problem)
`;

/** Forgets the rows $1, pairs of table and key as JSON. */
const FORGET = `
delete from hopsmeter.followed_rows as known using json_to_recordset($1::json) as row ("table" text, key text)
where known.application_table = row."table" and known.key = row.key
`;

/** Remembers what plans say of their rows. Run twice it changes nothing. Locks: the rows that change. */
export async function rememberRows({ rowsOf }: Query, plans: readonly RowPlan[]): Promise<void> {
  const byKey = new Map(plans.map((plan) => [`${plan.table} ${plan.key}`, plan]));
  const rows = [...byKey.values()].map(({ table, key, content, agreed, boundary, problem }) => ({
    table,
    key,
    content,
    agreed,
    boundary,
    problem,
  }));
  const kept = rows.filter(({ content }) => content !== null);
  const gone = rows.filter(({ content }) => content === null);
  if (kept.length > 0) await rowsOf(REMEMBER, [JSON.stringify(kept)]);
  if (gone.length > 0) await rowsOf(FORGET, [JSON.stringify(gone)]);
}
