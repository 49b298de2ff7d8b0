import type { Pool } from '../connection/pool.ts';
import { RECONCILIATION_COLUMNS, type ReconciliationRow } from './reconciliation-columns.ts';

/** A page of comparisons, the newest first. Parameters: $1 and $2 time and id of the last one seen or NULL, $3 rows. */
const LIST_RECONCILIATIONS = `
select ${RECONCILIATION_COLUMNS} from hopsmeter.reconciliations
where $1::timestamptz is null or (requested_at, id) < ($1, $2::uuid)
order by requested_at desc, id desc
limit $3::integer
`;

/** The last comparison of a page: the next page begins after it. */
export type ReconciliationPosition = { readonly requestedAt: string; readonly id: string };

/** Lists with {@link LIST_RECONCILIATIONS}. */
export async function listReconciliations(
  pool: Pool,
  { after, limit }: { readonly after?: ReconciliationPosition | undefined; readonly limit: number },
): Promise<readonly ReconciliationRow[]> {
  const parameters = [after?.requestedAt ?? null, after?.id ?? null, limit];
  return (await pool.query<ReconciliationRow>(LIST_RECONCILIATIONS, parameters)).rows;
}
