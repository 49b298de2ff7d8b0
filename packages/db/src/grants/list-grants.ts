import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import { type GrantRow, readGrants } from './read-grants.ts';

/** All grants of an account, in the order in which they are drawn; see GRANTS_MAX for how many there can be. */
export function listGrants(pool: Pool, accountOwnerId: string): Promise<readonly GrantRow[]> {
  return inSnapshot(pool, (snapshot) => readGrants(snapshot, accountOwnerId));
}
