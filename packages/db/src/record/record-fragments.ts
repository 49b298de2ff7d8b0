import { placedRelation, relation, subscripts } from './parameter-table.ts';
import type { RECORD_PARAMETERS } from './record-parameters.ts';

type Parameters<List extends keyof typeof RECORD_PARAMETERS> = Pick<typeof RECORD_PARAMETERS, List>;

/**
 * The rows of a record as the ledger takes them, `ledger_rows`, from the coded lists in which they travel. `input` is
 * what is said of each row; `attributions` and `kinds` are the lists that rows point to. Stands behind `guard`: without
 * a row of that there are none.
 *
 * @param isReadOnce whether nothing else in the statement reads `input`.
 */
export function codedRows(
  {
    batches,
    attributions,
    windows,
    kinds,
    texts,
    rows,
  }: Parameters<'batches' | 'attributions' | 'windows' | 'kinds' | 'texts' | 'rows'>,
  isReadOnce: boolean,
): string {
  return `
-- Subscripts: unnest of several lists writes and reads a store for each of them, which took 2 µs an event. A subscript
-- of a list of fixed width without nulls is a look-up; of texts it is a walk.
input as ${isReadOnce ? 'not materialized' : 'materialized'} (
  select event_id, quantities::numeric[] as quantities, ${subscripts(rows, 'place')}
  from guard, ${placedRelation('event', texts, 'place')}
),
-- distinct: the places are distinct anyway, but so the planner knows. Else it expects a two-hundredth of the list
-- behind each place and multiplies these guesses: 5,000 events of 1,000 attributions and 5,000 windows took 3 s, now
-- 0.15.
attributions as not materialized (
  select distinct on (attribution) * from ${placedRelation('who', attributions, 'attribution')}
),
kinds as not materialized (
  select distinct on (kind) source_path, event_type, attributed_by, meters::text[] as meters, kind
  from ${placedRelation('entry', kinds, 'kind')}
),
-- not materialized: its rows are wide, and nearly all of them are read once.
ledger_rows as not materialized (
  select
    event_key, part, usage_date, content_hash, (${batches.id})[batch] as usage_batch_id, position, hopsworks_cluster_id,
    source_path, event_id, event_type, account_owner_id, user_id, project_id, attributed_by,
    (${windows.started_at})[time_window] as window_started_at, (${windows.ended_at})[time_window] as window_ended_at,
    meters, quantities, booked_on
  from input
  left join attributions using (attribution)
  left join kinds using (kind)
)`;
}

/**
 * Parks what a record cannot count, `newly_parked`, unless the ledger already holds it: `park_input` says of each what
 * the ledger holds.
 *
 * @param source relations that must have a row.
 */
export function parkedRows({ batches, parked }: Parameters<'batches' | 'parked'>, source: string): string {
  return `
-- Events that cannot be counted, unless the ledger already holds them.
park_input as materialized (
  select parked.*, hopsmeter.counted_content_hash(parked.event_key) as counted_hash
  from ${source}, ${relation('parked', parked)}
),
newly_parked as (
  insert into hopsmeter.parked_events
    (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail,
     event, status, resolved_at, resolution)
  select
    event_key, content_hash, (${batches.id})[batch], position, hopsworks_cluster_id, source_path, event_id,
    case when counted_hash is null then reason else 'conflict' end,
    case when counted_hash is null then detail else 'the ledger holds another content under this identity' end,
    event,
    -- What a rule ignores waits for nobody, and is kept in case the rule is withdrawn.
    case when counted_hash is null and reason = 'ignored_namespace' then 'ignored' else 'pending' end,
    case when counted_hash is null and reason = 'ignored_namespace' then now() end,
    case when counted_hash is null and reason = 'ignored_namespace' then detail end
  from park_input
  where counted_hash is distinct from content_hash
  order by event_key, content_hash
  on conflict (event_key, content_hash) do nothing
  returning usage_batch_id
)`;
}
