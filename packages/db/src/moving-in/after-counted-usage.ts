import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';

/**
 * The moment $2, or just after the last usage of project $1 that was counted since. Bounded by the BRIN index of the
 * day.
 */
const AFTER_USAGE_OF_PROJECT = `
select ${instantText(`greatest($2::timestamptz, max(window_started_at) + interval '1 microsecond')`)} as moment
from hopsmeter.usage_events
where project_id = $1::uuid and window_started_at >= $2::timestamptz
  and usage_date >= ($2::timestamptz at time zone 'UTC')::date
`;

/** The moment $2, or just after the last usage of user $1 that was counted since on cluster $3. */
const AFTER_USAGE_OF_USER = `
select ${instantText(`greatest($2::timestamptz, max(window_started_at) + interval '1 microsecond')`)} as moment
from hopsmeter.usage_events
where user_id = $1 and hopsworks_cluster_id = $3::uuid and window_started_at >= $2::timestamptz
  and usage_date >= ($2::timestamptz at time zone 'UTC')::date
`;

/**
 * When an end that the application tells of takes effect: usage that was counted stays counted, so it is never before
 * the last of it.
 */
export function endOfProject(transaction: AuditedTransaction, projectId: string, from: string): Promise<string> {
  return momentBy(transaction, AFTER_USAGE_OF_PROJECT, [projectId, from]);
}

/** {@link endOfProject} for a user's time on a cluster. */
export function endOnCluster(
  transaction: AuditedTransaction,
  { userId, clusterId, from }: { readonly userId: string; readonly clusterId: string; readonly from: string },
): Promise<string> {
  return momentBy(transaction, AFTER_USAGE_OF_USER, [userId, from, clusterId]);
}

async function momentBy({ rowsOf }: AuditedTransaction, sql: string, parameters: readonly string[]): Promise<string> {
  const [found] = await rowsOf<{ moment: string }>(sql, parameters);
  if (found === undefined) throw new Error('an aggregate gave no row');
  return found.moment;
}
