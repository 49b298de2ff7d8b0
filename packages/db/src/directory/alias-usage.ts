import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';

/**
 * When the last window ends that has a part in $3 to $4, NULL where that is open, and was counted for one of the users
 * $2 by an alias of cluster $1; NULL when there is none. What corrections have taken back does not count.
 *
 * The ledger does not say which alias it was, so it can be another one of that user. Bounded by the index of the day.
 */
const READ_LAST_USAGE = `
select ${instantText('max(window_ended_at)')} as "lastAt"
from (
  select greatest(window_ended_at, window_started_at + interval '1 microsecond') as window_ended_at
  from hopsmeter.usage_events as event left join hopsmeter.corrections using (event_key)
  cross join unnest(event.meters, event.quantities) as used (meter, quantity)
  where hopsworks_cluster_id = $1::uuid and user_id = any ($2::text[]) and attributed_by = 'alias'
    and usage_date >= ($3::timestamptz at time zone 'UTC')::date
    and usage_date <= (coalesce($4::timestamptz, 'infinity') at time zone 'UTC')::date
    and window_started_at < coalesce($4::timestamptz, 'infinity')
    and greatest(window_ended_at, window_started_at + interval '1 microsecond') > $3::timestamptz
  group by coalesce(root_event_key, event_key), usage_date, window_started_at, window_ended_at, meter
  having sum(quantity) <> 0
) as counted
`;

type AliasTime = {
  readonly clusterId: string;
  readonly userIds: readonly string[];
  /** Null: always. */
  readonly from: string | null;
  /** Null: now and on. */
  readonly until: string | null;
};

/** Reads when the last usage ends that aliases of users brought in a time; null when there is none. */
export async function readLastUsage(
  { rowsOf }: AuditedTransaction,
  { clusterId, userIds, from, until }: AliasTime,
): Promise<string | null> {
  if (userIds.length === 0) return null;
  const parameters = [clusterId, userIds, from ?? '-infinity', until];
  return (await rowsOf<{ lastAt: string | null }>(READ_LAST_USAGE, parameters))[0]?.lastAt ?? null;
}

/**
 * What was counted by an alias stays counted, so no alias changes hands in a time in which it was.
 *
 * @throws RequestError USAGE_COUNTED_LATER
 */
export async function requireNoUsage(transaction: AuditedTransaction, time: AliasTime): Promise<void> {
  const lastAt = await readLastUsage(transaction, time);
  if (lastAt === null) return;
  const whose = time.userIds.join(' or ');
  throw new RequestError('USAGE_COUNTED_LATER', `usage until ${lastAt} is counted by an alias of ${whose}`);
}
