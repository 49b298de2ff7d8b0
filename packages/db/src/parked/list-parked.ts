import type { ParkReason } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { finiteInstantText } from '../sql/instant.ts';
import { filterValues, matchesFilter, type ParkedFilter } from './parked-filter.ts';

/**
 * A page of parked events, the longest waiting first.
 *
 * Parameters: $1 status or NULL, $2 to $5 filter, $6 and $7 time and id of the last event seen or NULL, $8 number of
 * rows, $9 the only ids or NULL. Give a status or ids: each has an index. An event is a few hundred bytes; a whole job
 * that could not be read may have megabytes, of which the beginning is shown. Read along the index of status and time,
 * so a page costs what it holds unless a filter is rare.
 */
const LIST_PARKED = `
select
  id, event_id as "eventId", source_path as "sourcePath", hopsworks_cluster_id as "clusterId", reason, detail, status,
  ${finiteInstantText('parked_at')} as "parkedAt",
  floor(extract(epoch from coalesce(resolved_at, now()) - parked_at))::integer as "ageSeconds",
  try_count as "tryCount",
  ${finiteInstantText('tried_at')} as "triedAt",
  ${finiteInstantText('due_at')} as "dueAt",
  ${finiteInstantText('released_at')} as "releasedAt",
  release_reason as "releaseReason",
  ${finiteInstantText('resolved_at')} as "resolvedAt",
  resolved_by as "resolvedBy", resolution,
  case when octet_length(event::text) <= 16384 then event
    else jsonb_build_object('tooLongToShow', octet_length(event::text), 'beginning', left(event::text, 1000))
  end as event
from hopsmeter.parked_events
where ($1::text is null or status = $1)
  and ($9::uuid[] is null or id = any ($9))
  and ${matchesFilter(2)}
  and ($6::timestamptz is null or (parked_at, id) > ($6, $7::uuid))
order by parked_at, id
limit $8
`;

export const PARKED_STATUSES = ['pending', 'counted', 'given_up', 'ignored'] as const;
export type ParkedStatus = (typeof PARKED_STATUSES)[number];

/** The last event of a page: the next page begins after it. */
export type ParkedPosition = { readonly parkedAt: string; readonly id: string };

export type ParkedQuery = {
  /** Undefined for any; then give ids. */
  readonly status: ParkedStatus | undefined;
  /** Only these. */
  readonly ids?: readonly string[] | undefined;
  readonly filter: ParkedFilter;
  readonly after: ParkedPosition | undefined;
  readonly limit: number;
};

/** A parked event. Times are RFC 3339 in UTC with microseconds. */
export type ParkedEventRow = {
  readonly id: string;
  readonly eventId: string;
  readonly sourcePath: string;
  readonly clusterId: string | null;
  readonly reason: ParkReason;
  readonly detail: string;
  readonly status: ParkedStatus;
  readonly parkedAt: string;
  /** How long it waits, or waited. */
  readonly ageSeconds: number;
  readonly tryCount: number;
  readonly triedAt: string | null;
  readonly dueAt: string | null;
  readonly releasedAt: string | null;
  readonly releaseReason: string | null;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
  /** The event as it was parked; of what is longer than 16 KiB, `tooLongToShow` bytes and the `beginning`. */
  readonly event: Readonly<Record<string, unknown>>;
};

/** Lists with {@link LIST_PARKED}. */
export async function listParked(
  pool: Pool,
  { status, ids, filter, after, limit }: ParkedQuery,
): Promise<readonly ParkedEventRow[]> {
  const { rows } = await pool.query<ParkedEventRow>(LIST_PARKED, [
    status ?? null,
    ...filterValues(filter),
    after?.parkedAt ?? null,
    after?.id ?? null,
    limit,
    ids ?? null,
  ]);
  return rows;
}
