import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import type { FollowingStateName, MissingCounts } from './turn.ts';

/** A look comes every 30 seconds: so much later nobody looks. */
const LOOK_CURRENT_SECONDS = 120;

/** Following that nobody has done for so long was switched off. */
const SWITCHED_OFF_SECONDS = 86_400;

const READ_HEALTH = `
select
  state, reason, missing, ${instantText('looked_at')} as "lookedAt", ${instantText('current_at')} as "currentAt",
  extract(epoch from clock_timestamp() - current_at)::float8 as "ageSeconds",
  coalesce(looked_at >= clock_timestamp() - interval '${LOOK_CURRENT_SECONDS} seconds', false) as "isCurrent",
  (select count(*) from hopsmeter.followed_rows where problem is not null)::integer as "problemCount"
from hopsmeter.followings
where coalesce(looked_at, turn_until) >= clock_timestamp() - interval '${SWITCHED_OFF_SECONDS} seconds'
`;

/** How following the application is. Times are RFC 3339 in UTC with microseconds. */
export type FollowingHealth = {
  readonly state: FollowingStateName;
  /** Why it is not current. */
  readonly reason: string | null;
  /** Rows that are missing, by table, while it is held. */
  readonly missing: MissingCounts | null;
  readonly lookedAt: string | null;
  /** When everything that was seen was brought over last. */
  readonly currentAt: string | null;
  readonly ageSeconds: number | null;
  /** False when nobody has looked for {@link LOOK_CURRENT_SECONDS}. */
  readonly isCurrent: boolean;
  /** Rows that are not here as the application has them. */
  readonly problemCount: number;
};

/** Undefined where the application is not followed. */
export async function readFollowingHealth(pool: Pool): Promise<FollowingHealth | undefined> {
  return (await pool.query<FollowingHealth>(READ_HEALTH)).rows[0];
}
