import type { FollowedTable } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';

/**
 * How long a turn lasts from the last sign of life: more than a part of the changes takes, less than what a change may
 * be late after a worker that died in its turn.
 */
const TURN_SECONDS = 30;

/**
 * Takes the turn to look at the application, when nobody has it and the last look is $1 milliseconds ago.
 *
 * Guarantees: one worker at a time, on any kind of connection, because the turn is a row and no lock of a session.
 * Whoever had a turn that passed changes nothing any more: each of its transactions renews it first.
 */
const TAKE_TURN = `
insert into hopsmeter.followings as following (id, state, reason, turn_id, turn_until)
values (true, 'unreadable', 'was not looked at yet', gen_random_uuid(),
  clock_timestamp() + interval '${TURN_SECONDS} seconds')
on conflict (id) do update set turn_id = excluded.turn_id, turn_until = excluded.turn_until
where (following.turn_until is null or following.turn_until <= clock_timestamp())
  and (following.looked_at is null or following.looked_at <= clock_timestamp() - $1::float8 * interval '1 millisecond')
returning
  turn_id as "turnId", state, reason, confirmed,
  coalesce(compared_at < clock_timestamp() - interval '1 hour', true) as "isComparisonDue"
`;

/** Keeps turn $1, while it is that. */
const KEEP_TURN = `
update hopsmeter.followings set turn_until = clock_timestamp() + interval '${TURN_SECONDS} seconds'
where turn_id = $1::uuid and turn_until > clock_timestamp()
returning 1
`;

/**
 * Ends turn $1 with the state $2, the reason $3 for it, and what is missing, $4; $5 says whether all rows were
 * compared. A confirmation is used up by a look that is current.
 */
const END_TURN = `
update hopsmeter.followings set
  turn_id = null, turn_until = null, looked_at = clock_timestamp(), state = $2, reason = $3, missing = $4::jsonb,
  current_at = case when $2 = 'current' then clock_timestamp() else current_at end,
  compared_at = case when $2 = 'current' and $5::boolean then clock_timestamp() else compared_at end,
  confirmed = case when $2 = 'current' then null else confirmed end
where turn_id = $1::uuid
`;

export type FollowingStateName = 'current' | 'held' | 'unreadable';

/** How many rows of which table are missing, or were confirmed to be. */
export type MissingCounts = Partial<Readonly<Record<FollowedTable, number>>>;

/** A turn to look, and what the last look left. */
export type Turn = {
  readonly turnId: string;
  readonly state: FollowingStateName;
  readonly reason: string | null;
  readonly confirmed: MissingCounts | null;
  /** Whether the last comparison of all rows is an hour ago. */
  readonly isComparisonDue: boolean;
};

export type LookOutcome = {
  readonly state: FollowingStateName;
  readonly reason: string | null;
  readonly missing: MissingCounts | null;
  readonly isWhole: boolean;
};

/** Somebody else has the turn by now: this worker was too slow. */
export class TurnPassedError extends Error {
  override readonly name = 'TurnPassedError';
}

/** Takes a turn with {@link TAKE_TURN}; undefined when it is somebody else's or nothing is due. */
export async function takeTurn(pool: Pool, everyMs: number): Promise<Turn | undefined> {
  return (await pool.query<Turn>(TAKE_TURN, [everyMs])).rows[0];
}

/** Keeps a turn within a transaction that changes something. @throws TurnPassedError */
export async function keepTurn({ rowsOf }: Query, turnId: string): Promise<void> {
  if ((await rowsOf(KEEP_TURN, [turnId])).length === 0) throw new TurnPassedError('somebody else has the turn');
}

/** Ends a turn with {@link END_TURN}; nothing happens when it has passed. */
export async function endTurn(pool: Pool, turnId: string, outcome: LookOutcome): Promise<void> {
  const { state, reason, missing, isWhole } = outcome;
  await pool.query(END_TURN, [turnId, state, reason, missing === null ? null : JSON.stringify(missing), isWhole]);
}
