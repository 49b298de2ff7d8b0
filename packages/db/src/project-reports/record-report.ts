import type { ParkReason } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { parkedInstant, parkedText } from '../sql/parked-event.ts';
import { endsAfter, isWithin } from '../sql/period.ts';

/** A report of a project that was taken to be settled. */
export type TakenReport = {
  /** Of the parked event. */
  readonly id: string;
  readonly eventKey: string;
  readonly clusterId: string | null;
  readonly eventId: string;
  readonly namespace: string;
};

/** When it is so what a report says: at its own time, or at the last moment of a project that has ended. */
const ABOUT = `least(${parkedInstant('reportedAt')}, ${parkedInstant('endedAt')} - interval '1 microsecond')`;

/**
 * Whether the report $1 is known already, and who its owner is.
 *
 * The owner is a user by id, or else by e-mail address without regard to case, of several the one who is on the
 * cluster, or else by alias of the cluster: of the user who had it when the report was made, or when the project ended.
 * A user is on the cluster who was in some part of the project's time.
 */
const READ_REPORT = `
with parked as (select * from hopsmeter.parked_events where id = $1::uuid),
named as (
  select
    users.id,
    case
      when users.id = ${parkedText('owner')} then 1
      when lower(users.email) = lower(${parkedText('owner')}) then 2
      else 3
    end as place,
    exists (
      select from hopsmeter.user_hopsworks_assignments as assignment
      where assignment.user_id = users.id and assignment.hopsworks_cluster_id = parked.hopsworks_cluster_id
        and ${endsAfter('assignment', parkedInstant('createdAt'))}
        and (${parkedText('endedAt')} is null or assignment.started_at < ${parkedInstant('endedAt')})
    ) as is_on_cluster
  from parked join hopsmeter.users
    on users.id = ${parkedText('owner')} or lower(users.email) = lower(${parkedText('owner')})
      or users.id = (
        select user_id from hopsmeter.user_aliases
        where user_aliases.hopsworks_cluster_id = parked.hopsworks_cluster_id and alias = ${parkedText('owner')}
          and ${isWithin(ABOUT, 'user_aliases')}
      )
),
owners as (
  select * from named where place = (select min(place) from named)
)
select
  exists (
    select from hopsmeter.hopsworks_clusters where hopsworks_clusters.id = parked.hopsworks_cluster_id
  ) as "hasCluster",
  coalesce(
    hopsmeter.counted_content_hash(parked.event_key),
    (select content_hash from hopsmeter.cluster_manifests where event_key = parked.event_key)
  ) is not null as "isOther",
  known.content_hash is not null as "isKnown", known.content_hash = parked.content_hash as "isSame",
  ${parkedText('owner')} as owner,
  (select count(*) from owners)::integer as "ownerCount",
  (select coalesce(array_agg(id), '{}') from owners where is_on_cluster) as "userIds"
from parked left join hopsmeter.project_reports as known on known.event_key = parked.event_key
`;

/** Records the report $1 as one of the user $2. */
const INSERT_REPORT = `
insert into hopsmeter.project_reports
  (event_key, content_hash, event_id, hopsworks_cluster_id, source_path, namespace, project_name, project_number, owner,
   user_id, reported_at, created_at, ended_at)
select
  event_key, content_hash, event_id, hopsworks_cluster_id, source_path, ${parkedText('namespace')},
  ${parkedText('projectName')}, (${parkedText('projectId')})::bigint, ${parkedText('owner')}, $2,
  ${parkedInstant('reportedAt')}, ${parkedInstant('createdAt')}, ${parkedInstant('endedAt')}
from hopsmeter.parked_events where id = $1::uuid
`;

type Row = {
  readonly hasCluster: boolean;
  readonly isOther: boolean;
  readonly isKnown: boolean;
  readonly isSame: boolean | null;
  readonly owner: string;
  readonly ownerCount: number;
  readonly userIds: readonly string[];
};

/** Records a report unless it is known, or its owner is not; says why not. */
export async function recordReport(
  { rowsOf }: AuditedTransaction,
  { id }: TakenReport,
): Promise<'recorded' | 'duplicate' | { readonly reason: ParkReason; readonly detail: string }> {
  const [row] = await rowsOf<Row>(READ_REPORT, [id]);
  if (row === undefined) throw new Error('a report that was taken is not there');
  if (row.isSame) return 'duplicate';
  if (row.isKnown || row.isOther)
    return { reason: 'conflict', detail: 'another content was recorded under this identity' };
  if (!row.hasCluster) return { reason: 'uncountable', detail: 'the cluster is not known' };
  const { owner, ownerCount, userIds } = row;
  if (ownerCount === 0)
    return { reason: 'unknown_user', detail: `no user has the id, e-mail address or alias ${owner}` };
  const [userId, another] = userIds;
  if (userId === undefined)
    return { reason: 'user_not_on_cluster', detail: `${owner} was not assigned to the cluster in the project's time` };
  if (another !== undefined)
    return { reason: 'unknown_user', detail: `several users of the cluster have the e-mail address ${owner}` };
  await rowsOf(INSERT_REPORT, [id, userId]);
  return 'recorded';
}
