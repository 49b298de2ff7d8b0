import type { Query } from '../connection/query.ts';
import { instantText } from '../sql/instant.ts';

/**
 * How an event came: its batch, and the request of that batch that brought it, which follows from its place. Of the
 * cluster key the prefix; the key itself is nowhere.
 *
 * Parameters: $1 batch, $2 place of the event in it. A batch holds at most some hundred requests.
 */
const READ_ARRIVAL = `
select
  batch.id as "batchId", $2::integer as position, ${instantText('batch.received_at')} as "batchReceivedAt",
  ${instantText('batch.recorded_at')} as "recordedAt", batch.event_count as "eventCount",
  batch.counted_count as "countedCount", batch.duplicate_count as "duplicateCount", batch.parked_count as "parkedCount",
  request.content ->> 'requestId' as "requestId", request.content ->> 'receivedAt' as "requestReceivedAt",
  request.content ->> 'enteredBy' as "enteredBy", request.content ->> 'clusterKeyId' as "clusterKeyId",
  cluster_keys.prefix as "clusterKeyPrefix"
from hopsmeter.usage_batches as batch
left join lateral (
  select content from (
    select content, place, sum((content ->> 'eventCount')::integer) over (order by place) as event_end
    from jsonb_array_elements(batch.requests) with ordinality as each (content, place)
  ) as counted
  where event_end > $2::integer
  order by place
  limit 1
) as request on true
left join hopsmeter.cluster_keys on cluster_keys.id::text = request.content ->> 'clusterKeyId'
where batch.id = $1::uuid
`;

/** Times are RFC 3339 in UTC. What the request said is null for a job that could not be read. */
export type EventArrival = {
  readonly batchId: string;
  /** Place of the event in the batch, from 0. */
  readonly position: number;
  readonly batchReceivedAt: string;
  readonly recordedAt: string;
  readonly eventCount: number;
  readonly countedCount: number;
  readonly duplicateCount: number;
  readonly parkedCount: number;
  readonly requestId: string | null;
  readonly requestReceivedAt: string | null;
  /** Who of staff entered it, by a correction, a decision or an import; null for what a cluster sent. */
  readonly enteredBy: string | null;
  readonly clusterKeyId: string | null;
  readonly clusterKeyPrefix: string | null;
};

/** Reads with {@link READ_ARRIVAL}; undefined when the batch is not known. */
export async function readArrival(
  { rowsOf }: Query,
  { usageBatchId, position }: { readonly usageBatchId: string; readonly position: number },
): Promise<EventArrival | undefined> {
  return (await rowsOf<EventArrival>(READ_ARRIVAL, [usageBatchId, position]))[0];
}
