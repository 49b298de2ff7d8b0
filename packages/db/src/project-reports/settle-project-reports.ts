import { randomUUID } from 'node:crypto';
import { type ParkReason, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import { toRuleError } from '../audit/rule-error.ts';
import type { Pool } from '../connection/pool.ts';
import type { SettledCounts } from '../parked/settle-parked.ts';
import { parkedInstant, parkedText } from '../sql/parked-event.ts';
import { applyReports } from './apply-reports.ts';
import { recordReport, type TakenReport } from './record-report.ts';

/** In the audit log. Which cluster it was, and which event, is in the row. */
const ACTOR: Change['actor'] = { kind: 'system', id: 'project reports' };

/** Reports that wait, the earliest first, passing over those that somebody else has in hand. Parameters: $1 ids. */
const TAKE_REPORTS = `
select
  id, event_key::text as "eventKey", hopsworks_cluster_id as "clusterId", event_id as "eventId",
  ${parkedText('namespace')} as namespace
from hopsmeter.parked_events
where id = any($1::uuid[]) and status = 'pending' and deferred = 'project'
order by ${parkedInstant('reportedAt')}, ${parkedInstant('createdAt')}, id
for update skip locked
`;

/** Says what became of $1: $2 `counted`, `duplicate`, or NULL with the reason $3 and the detail $4. */
const MARK_REPORT = `
update hopsmeter.parked_events set
  status = case when $2::text is null then 'pending' else 'counted' end,
  resolved_at = case when $2::text is not null then now() end,
  resolution = $2,
  reason = coalesce($3, reason),
  detail = coalesce($4, detail),
  tried_at = now(),
  try_count = try_count + 1,
  tried_version = hopsmeter.current_directory_version(),
  due_at = null
where id = $1::uuid
`;

/** Why a report waits. */
type Refusal = { readonly reason: ParkReason; readonly detail: string };

/**
 * Records reports of projects that wait and makes the directory say what they say, in one exclusive transaction.
 *
 * Guarantees
 * - All or nothing of each report, audit rows and usage that moves included: it is in `project_reports` exactly when
 *   its parked row says `counted`.
 * - The periods of a namespace that are reported follow from all recorded reports of it, whatever came first.
 * - What a person entered or changed stays; a report that says something else waits as a `contradiction`.
 * - A report that says what is known changes nothing, and the version of the directory stays.
 *
 * Locks: the directory, then the parked rows.
 *
 * @param ids of parked events; a few dozen, because nothing is recorded meanwhile.
 */
export function settleProjectReports(pool: Pool, ids: readonly string[]): Promise<SettledCounts> {
  return inAuditedTransaction(pool, { actor: ACTOR, requestId: randomUUID() }, async (transaction) => {
    const counts = { counted: 0, duplicates: 0, pending: 0 };
    for (const report of await transaction.rowsOf<TakenReport>(TAKE_REPORTS, [ids])) {
      const outcome = await attempt(transaction, report);
      const isSettled = typeof outcome === 'string';
      const [reason, detail] = isSettled ? [null, null] : [outcome.reason, outcome.detail];
      await transaction.rowsOf(MARK_REPORT, [report.id, isSettled ? outcome : null, reason, detail]);
      counts[outcome === 'counted' ? 'counted' : outcome === 'duplicate' ? 'duplicates' : 'pending'] += 1;
    }
    return counts;
  });
}

/** Settles one report, or takes everything of it back. */
async function attempt(
  transaction: AuditedTransaction,
  report: TakenReport,
): Promise<'counted' | 'duplicate' | Refusal> {
  await transaction.rowsOf('savepoint one_report');
  try {
    const recorded = await recordReport(transaction, report);
    if (recorded === 'recorded') await applyReports(transaction, report);
    await transaction.rowsOf('release savepoint one_report');
    return recorded === 'recorded' ? 'counted' : recorded;
  } catch (error) {
    const refusal = toRuleError(error);
    if (!(refusal instanceof RequestError)) throw error;
    await transaction.rowsOf('rollback to savepoint one_report');
    return describeRefusal(refusal);
  }
}

function describeRefusal({ code, message }: RequestError): Refusal {
  const reason = code === 'USER_NOT_ON_CLUSTER' ? 'user_not_on_cluster' : 'contradiction';
  return { reason, detail: message };
}
