import { eventKeyOf, IMPORTED_SOURCE_PATH, importedKeyOf } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { type EventOrigin, formatSource, parseSource } from './event-source.ts';

/** Every cluster's id. There are tens of them. */
const LIST_CLUSTER_IDS = 'select id from hopsmeter.hopsworks_clusters order by id';

/**
 * Every source that an event of an id may have come from: the clusters themselves, what they were counted from, and
 * what parked events of that id came from. Parameters: $1 event id. For each source one look-up in the index of
 * clusters' hours, however many hours there are; parked events by the index of their ids.
 */
const LIST_ORIGINS = `
with recursive counted as (
  select cluster.id, source.path
  from hopsmeter.hopsworks_clusters cluster
  cross join lateral (
    select min(source_path) as path from hopsmeter.cluster_hours where hopsworks_cluster_id = cluster.id
  ) as source
  where source.path is not null
  union all
  select counted.id, source.path
  from counted
  cross join lateral (
    select min(source_path) as path from hopsmeter.cluster_hours
    where hopsworks_cluster_id = counted.id and source_path > counted.path
  ) as source
  where source.path is not null
)
select id as "clusterId", '' as "sourcePath" from hopsmeter.hopsworks_clusters
union
select id, path from counted
union
select hopsworks_cluster_id, source_path from hopsmeter.parked_events
where event_id = $1 and hopsworks_cluster_id is not null
limit 10000
`;

/**
 * Which of some event keys are known, and the events whose identity was not storable as it came and that are found by
 * the id that was kept of it.
 *
 * Parameters: $1 event keys, $2 the only account whose rows count, or NULL for all; an account sees nothing that is
 * only parked. $3 id and $4 source path or NULL (any), $5 cluster or NULL, of what was not storable. Every look-up is
 * by key, the last by the index of status and reason: few events ever have such a reason.
 */
const FIND_KEYS = `
select distinct event_key::text as "eventKey"
from (
  select event_key from hopsmeter.usage_events
  where event_key = any ($1::uuid[]) and ($2::text is null or account_owner_id = $2)
  union all
  select event_key from hopsmeter.parked_events where event_key = any ($1::uuid[]) and $2 is null
  union all
  select event_key from hopsmeter.cluster_manifests where event_key = any ($1::uuid[]) and $2 is null
  union all
  select event_key from hopsmeter.project_reports where event_key = any ($1::uuid[]) and $2 is null
  union all
  select event_key from hopsmeter.parked_events
  where status in ('pending', 'counted', 'given_up', 'ignored') and reason in ('uncountable', 'unreadable_batch')
    and $2 is null
    and event_id = $3 and ($4::text is null or source_path = $4) and ($5::uuid is null or hopsworks_cluster_id = $5)
) as known
`;

/**
 * An imported day, whose key is of the user and the day alone. Parameters: $1 its key, $2 the only account whose rows
 * count or NULL, $3 the cluster of the source or NULL. One look-up by key.
 */
const FIND_IMPORTED = `
select event_key::text as "eventKey", hopsworks_cluster_id as "clusterId", source_path as "sourcePath"
from hopsmeter.usage_events
where event_key = $1::uuid and ($2::text is null or account_owner_id = $2)
  and ($3::uuid is null or hopsworks_cluster_id = $3)
limit 1
`;

/** Which event a receipt is wanted of, and for whom. */
export type EventQuery = {
  readonly id: string;
  /**
   * As the cluster sent it. Undefined: the event is looked for under `urn:hopsworks:cluster:<id>` of every cluster.
   * Below these it is not found: an index on ids would cost every event that is recorded, and the key holds the source.
   */
  readonly source: string | undefined;
  /** The only account that may be seen; undefined for all of them. */
  readonly accountOwnerId: string | undefined;
};

/** An event, as far as its identity is known. `source` is undefined for what was not storable as it came. */
export type FoundEvent = { readonly eventKey: string; readonly source: string | undefined };

/** Finds the events of that id with {@link FIND_KEYS}; more than one only where no source was given. */
export async function findEvents(snapshot: Query, query: EventQuery): Promise<readonly FoundEvent[]> {
  const { source } = query;
  const origin = source === undefined ? undefined : parseSource(source);
  if (source !== undefined && origin === undefined) return [];
  const origins: readonly EventOrigin[] =
    origin === undefined
      ? (await snapshot.rowsOf<{ id: string }>(LIST_CLUSTER_IDS)).map(({ id }) => ({ clusterId: id, sourcePath: '' }))
      : [origin];
  return findUnder(snapshot, query, origins, origin);
}

/** Finds the events of that id under every source that clusters are known to have, with {@link LIST_ORIGINS}. */
export async function findEventsAnywhere(query: Query, id: string): Promise<readonly FoundEvent[]> {
  const origins = await query.rowsOf<EventOrigin>(LIST_ORIGINS, [id]);
  return findUnder(query, { id, accountOwnerId: undefined }, origins, undefined);
}

async function findUnder(
  snapshot: Query,
  { id, accountOwnerId }: Omit<EventQuery, 'source'>,
  origins: readonly EventOrigin[],
  origin: EventOrigin | undefined,
): Promise<readonly FoundEvent[]> {
  const sources = new Map(
    origins.map((each) => [
      asUuid(eventKeyOf(each.clusterId, { id, sourcePath: each.sourcePath })),
      formatSource(each),
    ]),
  );
  const found = await snapshot.rowsOf<{ eventKey: string }>(FIND_KEYS, [
    [...sources.keys()],
    accountOwnerId ?? null,
    id,
    origin?.sourcePath ?? null,
    origin?.clusterId ?? null,
  ]);
  return found
    .map(({ eventKey }) => ({ eventKey, source: sources.get(eventKey) }))
    .concat(await findImported(snapshot, { id, accountOwnerId }, origin))
    .sort((a, b) => ((a.source ?? '') < (b.source ?? '') ? -1 : 1));
}

async function findImported(
  { rowsOf }: Query,
  { id, accountOwnerId }: Omit<EventQuery, 'source'>,
  origin: EventOrigin | undefined,
): Promise<readonly FoundEvent[]> {
  if (origin !== undefined && origin.sourcePath !== IMPORTED_SOURCE_PATH) return [];
  const parameters = [importedKeyOf(id), accountOwnerId ?? null, origin?.clusterId ?? null];
  const rows = await rowsOf<EventOrigin & { eventKey: string }>(FIND_IMPORTED, parameters);
  return rows.map(({ eventKey, ...found }) => ({ eventKey, source: formatSource(found) }));
}

/** As Postgres writes a UUID. */
function asUuid(key: string): string {
  return key.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
