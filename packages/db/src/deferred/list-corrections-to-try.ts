import type { Pool } from '../pool.ts';

/**
 * Corrections to be tried: those that nobody has tried yet, those that a person asked for, and those that lacked a meter or
 * a price and that a change of the directory may have helped. Each failure doubles the time until the next try, from 10 ms
 * to 10 minutes.
 *
 * Parameters: $1 most rows of each kind. Every kind is read along an index and stops after that many.
 */
const LIST_CORRECTIONS_TO_TRY = `
(select id from hopsmeter.parked_events where status = 'pending' and reason = 'correction' order by parked_at, id limit $1)
union
(select id from hopsmeter.parked_events where due_at is not null and deferred = 'correction' order by due_at, id limit $1)
union
(
  select id from hopsmeter.parked_events
  where status = 'pending' and reason in ('unknown_meter', 'no_rate') and deferred = 'correction'
    and tried_version < (select version from hopsmeter.directory_versions)
    and tried_at < now() - least(interval '10 ms' * power(2, least(try_count, 30)), interval '10 minutes')
  order by tried_version, parked_at, id
  limit $1
)
`;

/** Lists with {@link LIST_CORRECTIONS_TO_TRY}. @returns ids of parked events. */
export async function listCorrectionsToTry(pool: Pool, limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(LIST_CORRECTIONS_TO_TRY, [limit]);
  return rows.map(({ id }) => id);
}

/**
 * A page of the corrections that wait for their original, and which of them may wait no longer: the event that they name,
 * perhaps through other corrections that wait or were given up, is in the ledger by now; or it is parked as implausible,
 * so that both can be counted together. The latter are tried with every version of the directory, and every 10 minutes.
 *
 * The ledger is asked by key, so a page costs what it holds (1,000 that wait in vain: 45 ms); the pages go round, so that
 * corrections that wait for ever cost no more than that.
 *
 * Parameters: $1 and $2 time and id of the last one of the page before or NULL, $3 most rows.
 */
const FIND_ORIGINALS = `
with recursive page as materialized (
  select id, replaces_key, parked_at, tried_at, try_count, tried_version
  from hopsmeter.parked_events
  where status = 'pending' and reason = 'unknown_original'
    and ($1::timestamptz is null or (parked_at, id) > ($1, $2::uuid))
  order by parked_at, id
  limit $3
),
named (id, key, depth) as (
  select id, replaces_key, 0 from page
  union all
  select named.id, parked.replaces_key, named.depth + 1
  from named
  cross join lateral (
    select replaces_key from hopsmeter.parked_events
    where event_key = named.key and deferred = 'correction'
    order by reason = 'conflict', parked_at, id
    limit 1
  ) as parked
  where named.depth < 100
),
found as (
  select distinct page.id
  from named join page using (id)
  where hopsmeter.counted_content_hash(named.key) is not null
    or (
      (page.tried_version < (select version from hopsmeter.directory_versions)
        or page.tried_at < now() - least(interval '10 ms' * power(2, least(page.try_count, 30)), interval '10 minutes'))
      and exists (
        select from hopsmeter.parked_events as original
        where original.event_key = named.key and original.status = 'pending' and original.reason = 'implausible'
          and original.deferred is null
      )
    )
)
select
  (select coalesce(array_agg(id), '{}') from found) as ids,
  last.parked_at::text as "parkedAt", last.id
from (select null) as always
left join (select parked_at, id from page order by parked_at desc, id desc limit 1) as last on true
`;

/** The last correction of a page: the next one begins after it. */
export type WaitingPosition = { readonly parkedAt: string; readonly id: string };

/** Corrections whose original was found, and where to go on; `undefined` at the end. */
export type FoundOriginals = { readonly ids: readonly string[]; readonly last: WaitingPosition | undefined };

/** Looks through the next `limit` waiting corrections with {@link FIND_ORIGINALS}. */
export async function findOriginals(
  pool: Pool,
  after: WaitingPosition | undefined,
  limit: number,
): Promise<FoundOriginals> {
  type Row = { readonly ids: readonly string[]; readonly parkedAt: string | null; readonly id: string | null };
  const { rows } = await pool.query<Row>(FIND_ORIGINALS, [after?.parkedAt ?? null, after?.id ?? null, limit]);
  const { ids = [], parkedAt = null, id = null } = rows[0] ?? {};
  return { ids, last: parkedAt === null || id === null ? undefined : { parkedAt, id } };
}
