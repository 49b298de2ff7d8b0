import type { ParkReason } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import type { ParkedEventRow } from '../parked/list-parked.ts';
import { instantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';

/**
 * The copies of an event that were parked, the earliest first; of what is longer than 16 KiB the beginning.
 *
 * Parameters: $1 event key. One look-up by key.
 */
const READ_PARKED_COPIES = `
select
  id, event_id as "eventId", source_path as "sourcePath", hopsworks_cluster_id as "clusterId", reason, detail, status,
  ${instantText('parked_at')} as "parkedAt",
  floor(extract(epoch from coalesce(resolved_at, now()) - parked_at))::integer as "ageSeconds",
  try_count as "tryCount", ${instantText('tried_at')} as "triedAt", ${instantText('due_at')} as "dueAt",
  ${instantText('released_at')} as "releasedAt", release_reason as "releaseReason",
  ${instantText('resolved_at')} as "resolvedAt", resolved_by as "resolvedBy", resolution,
  content_hash::text as "contentHash", usage_batch_id as "usageBatchId", position, replaces_key::text as "replacesKey",
  case when octet_length(event::text) <= 16384 then event
    else jsonb_build_object('tooLongToShow', octet_length(event::text), 'beginning', left(event::text, 1000))
  end as event
from hopsmeter.parked_events
where event_key = $1::uuid
order by parked_at, id
`;

/**
 * What is counted, or recorded, under a key: the first row that the ledger has of it, or the manifest, or the report of
 * a project.
 *
 * Parameters: $1 event key. Three look-ups by key.
 */
const READ_RECORD = `
(
  select
    event_id as "eventId", source_path as "sourcePath", hopsworks_cluster_id as "clusterId", event_type as type,
    ${instantText('window_started_at')} as "windowStartedAt", ${instantText('window_ended_at')} as "windowEndedAt",
    content_hash::text as "contentHash", usage_batch_id as "usageBatchId", position
  from hopsmeter.usage_events where event_key = $1::uuid order by part limit 1
)
union all
select
  null, source_path, hopsworks_cluster_id, 'manifest', ${instantText('window_started_at')},
  ${instantText('window_ended_at')}, content_hash::text, null, null
from hopsmeter.cluster_manifests where event_key = $1::uuid
union all
select
  event_id, source_path, hopsworks_cluster_id, 'project', ${instantText('reported_at')}, ${instantText('reported_at')},
  content_hash::text, null, null
from hopsmeter.project_reports where event_key = $1::uuid
limit 1
`;

/** What a usage event said before it was split over days; adjustments are not its own words. */
const READ_REPORTED = `
select used.meter, ${roundedQuantity('sum(used.quantity)')}::text as quantity
from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
where event_key = $1::uuid and adjustment is null
group by used.meter
order by used.meter
`;

/** A parked copy of an event. Times are RFC 3339 in UTC. */
export type ParkedCopy = Omit<ParkedEventRow, 'reason'> & {
  readonly reason: ParkReason;
  readonly contentHash: string;
  readonly usageBatchId: string;
  readonly position: number;
  /** Of a correction: the key of the event that it names. */
  readonly replacesKey: string | null;
};

/** What is counted or recorded. Manifests and reports of projects are known by their parked copy, and have no place. */
export type RecordedEvent = {
  readonly eventId: string | null;
  readonly sourcePath: string;
  readonly clusterId: string;
  readonly type: string;
  readonly windowStartedAt: string;
  readonly windowEndedAt: string;
  readonly contentHash: string;
  readonly usageBatchId: string | null;
  readonly position: number | null;
};

export type ReportedQuantity = { readonly meter: string; readonly quantity: string };

/** Reads with {@link READ_PARKED_COPIES}. */
export function readParkedCopies({ rowsOf }: Query, eventKey: string): Promise<readonly ParkedCopy[]> {
  return rowsOf<ParkedCopy>(READ_PARKED_COPIES, [eventKey]);
}

/** Reads with {@link READ_RECORD}. */
export async function readRecordedEvent({ rowsOf }: Query, eventKey: string): Promise<RecordedEvent | undefined> {
  return (await rowsOf<RecordedEvent>(READ_RECORD, [eventKey]))[0];
}

/** Reads with {@link READ_REPORTED}. */
export function readReportedQuantities({ rowsOf }: Query, eventKey: string): Promise<readonly ReportedQuantity[]> {
  return rowsOf<ReportedQuantity>(READ_REPORTED, [eventKey]);
}
