import { ADVISORY_LOCKS } from '../connection/advisory-locks.ts';
import type { Query } from '../connection/query.ts';

/**
 * Lets one worker at a time plan or compare. The lock ends with the transaction, so it works on a transaction pooler,
 * and a worker that is killed leaves nothing behind: Postgres ends its transaction, and the next worker goes on with
 * the day. A worker that lost its network or hangs between two statements is ended after a minute.
 */
const TAKE_TURN = `select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.reconciliation}) as "isMine"`;
const LIMIT_PAUSE = `set local idle_in_transaction_session_timeout = '60s'`;

/** Tries with {@link TAKE_TURN}, within a transaction. @returns whether it is this transaction's turn. */
export async function takeTurn({ rowsOf }: Query): Promise<boolean> {
  await rowsOf(LIMIT_PAUSE);
  const [turn] = await rowsOf<{ isMine: boolean }>(TAKE_TURN);
  return turn?.isMine === true;
}
