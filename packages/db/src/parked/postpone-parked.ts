import type { Pool } from '../connection/pool.ts';

/**
 * Failures that an event begins with that could not be settled for a reason nobody foresaw: the next try is three
 * minutes later, long enough to try many others, then six, then every ten.
 */
const FAILURES_AT_LEAST = 14;

/**
 * Puts parked events back in their lines: whatever is wrong with them must not keep others waiting. A person who asked
 * for one sees it wait for its next try.
 *
 * Parameters: $1 ids. Locks: the rows, in the order of their ids; those that somebody else has in hand are left to him.
 */
const POSTPONE_PARKED = `
with taken as (
  select id from hopsmeter.parked_events where id = any($1::uuid[]) and status = 'pending' order by id
    for update skip locked
)
update hopsmeter.parked_events as parked
set tried_at = now(), try_count = greatest(try_count + 1, ${FAILURES_AT_LEAST}),
  due_at = case when due_at is not null then now() + interval '3 minutes' end
from taken where parked.id = taken.id
`;

/** Puts back with {@link POSTPONE_PARKED}. */
export async function postponeParked(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query(POSTPONE_PARKED, [ids]);
}
