import type { Pool } from '../connection/pool.ts';
import { IS_RESTED, inTurns, LACKS_DIRECTORY } from '../parked/in-turns.ts';
import { holderOf } from './holder.ts';

/**
 * Corrections to be tried: those that nobody has settled yet, those that a person asked for, and those that lacked a
 * meter or a price and that a change of the directory may have helped. Clusters take turns, and what failed waits for
 * its time, so whatever is wrong with some the others are tried.
 *
 * Parameters: $1 most rows of each kind.
 */
const LIST_CORRECTIONS_TO_TRY = `
(${inTurns({
  listed: `status = 'pending' and reason = 'correction'`,
  isReady: `due_at is null and ${IS_RESTED}`,
  order: 'parked_at, id',
  limit: '$1',
})})
union
(${inTurns({
  listed: 'due_at is not null',
  isReady: `due_at <= now() and deferred = 'correction'`,
  order: 'due_at, id',
  limit: '$1',
})})
union
(${inTurns({
  listed: LACKS_DIRECTORY,
  isReady: `reason in ('unknown_meter', 'no_rate') and deferred = 'correction'
    and tried_version < (select version from hopsmeter.directory_versions) and ${IS_RESTED}`,
  order: 'tried_version, parked_at, id',
  limit: '$1',
})})
`;

/** Lists with {@link LIST_CORRECTIONS_TO_TRY}. @returns ids of parked events. */
export async function listCorrectionsToTry(pool: Pool, limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(LIST_CORRECTIONS_TO_TRY, [limit]);
  return rows.map(({ id }) => id);
}

/**
 * A page of the corrections that wait for their original, and which of them may wait no longer: the event that they
 * name, perhaps through other corrections that wait or were given up, is in the ledger by now; or it is parked as
 * implausible, so that both can be counted together. The latter are tried with every version of the directory, and
 * every 10 minutes; what could not be settled for a reason that nobody foresaw only rests.
 *
 * The ledger is asked by key, so a page costs what it holds (1,000 that wait in vain: 45 ms); the pages go round, so
 * that corrections that wait for ever cost no more than that.
 *
 * Parameters: $1 and $2 time and id of the last one of the page before or NULL, $3 most rows.
 */
const FIND_ORIGINALS = `
with recursive page as materialized (
  select id, replaces_key, parked_at, tried_version, try_count, ${IS_RESTED} as is_rested
  from hopsmeter.parked_events
  where status = 'pending' and reason = 'unknown_original'
    and ($1::timestamptz is null or (parked_at, id) > ($1, $2::uuid))
  order by parked_at, id
  limit $3
),
named (id, key, is_counted, depth) as (
  select id, replaces_key, hopsmeter.counted_content_hash(replaces_key) is not null, 0 from page
  union all
  select named.id, next.key, hopsmeter.counted_content_hash(next.key) is not null, named.depth + 1
  from named
  cross join lateral (select replaces_key as key from (${holderOf('named.key')}) as holder) as next
  where named.depth < 100 and not named.is_counted
),
found as (
  select distinct page.id
  from named join page using (id)
  where (named.is_counted and page.is_rested)
    or (
      (page.is_rested or (page.tried_version < (select version from hopsmeter.directory_versions)
        and page.try_count < 14))
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
