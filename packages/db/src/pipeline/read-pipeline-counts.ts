import type { Pool } from '../connection/pool.ts';

/**
 * What became of every event that was ever recorded, as of now, and what waits for a person.
 *
 * Guarantees
 * - events = counted + duplicates + parked. Of each batch the table holds it for the moment of its recording; an event
 *   that was parked then and counted since moves from `parked` to `counted`, or to `duplicates` when it turned out to
 *   be a copy. So `counted` is what the ledger took and the manifests that were recorded, and `parked` what waits, was
 *   given up or is ignored.
 * - One snapshot.
 *
 * It reads every batch (one row for up to 5,000 events) and the index of parked events, so it is for summaries and
 * dashboards, not for a hot path.
 * Counts travel as text: bigint would be cut by a driver that makes it a number.
 */
const READ_PIPELINE_COUNTS = `
with later as (
  select
    count(*) filter (where status = 'counted' and resolution = 'counted') as counted,
    count(*) filter (where status = 'counted' and resolution = 'duplicate') as duplicates,
    count(*) filter (where status = 'given_up') as given_up,
    count(*) filter (where status = 'ignored') as ignored
  from hopsmeter.parked_events
  where status <> 'pending'
)
select
  coalesce(sum(event_count), 0)::text as events,
  (coalesce(sum(counted_count), 0) + (select counted from later))::text as counted,
  (coalesce(sum(duplicate_count), 0) + (select duplicates from later))::text as duplicates,
  (coalesce(sum(parked_count), 0) - (select counted + duplicates from later))::text as parked,
  (select given_up::text from later) as "givenUp",
  (select ignored::text from later) as ignored,
  (
    select coalesce(jsonb_object_agg(reason, pending), '{}')
    from (
      select reason, count(*)::text as pending from hopsmeter.parked_events where status = 'pending' group by reason
    ) as reasons
  ) as "pendingByReason"
from hopsmeter.usage_batches
`;

export type PipelineCounts = {
  readonly events: bigint;
  readonly counted: bigint;
  readonly duplicates: bigint;
  /** Parked and not counted since: waiting, given up or ignored. */
  readonly parked: bigint;
  readonly givenUp: bigint;
  /** By rules for namespaces. */
  readonly ignored: bigint;
  /** Parked events that wait, by the reason; reasons without any are not listed. */
  readonly pendingByReason: ReadonlyMap<string, bigint>;
};

type Row = {
  readonly events: string;
  readonly counted: string;
  readonly duplicates: string;
  readonly parked: string;
  readonly givenUp: string;
  readonly ignored: string;
  readonly pendingByReason: Readonly<Record<string, string>>;
};

/** Reads with {@link READ_PIPELINE_COUNTS}. */
export async function readPipelineCounts(pool: Pool): Promise<PipelineCounts> {
  const { rows } = await pool.query<Row>(READ_PIPELINE_COUNTS);
  const row = rows[0];
  if (row === undefined) throw new Error('an aggregate gave no row');
  const pending = Object.entries(row.pendingByReason).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    events: BigInt(row.events),
    counted: BigInt(row.counted),
    duplicates: BigInt(row.duplicates),
    parked: BigInt(row.parked),
    givenUp: BigInt(row.givenUp),
    ignored: BigInt(row.ignored),
    pendingByReason: new Map(pending.map(([reason, count]) => [reason, BigInt(count)])),
  };
}
