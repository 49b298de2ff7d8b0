import type { PoolClient } from 'pg';

/**
 * Lets one worker at a time plan or compare. The lock ends with the transaction, so it works on a transaction pooler,
 * and a worker that is killed leaves nothing behind: Postgres ends its transaction, and the next worker goes on with
 * the day. A worker that lost its network or hangs between two statements is ended after a minute.
 */
const TAKE_TURN = 'select pg_try_advisory_xact_lock(7367, 10) as "isMine"';
const LIMIT_PAUSE = `set local idle_in_transaction_session_timeout = '60s'`;

/** Tries with {@link TAKE_TURN}, within a transaction. @returns whether it is this transaction's turn. */
export async function takeTurn(client: PoolClient): Promise<boolean> {
  await client.query(LIMIT_PAUSE);
  const { rows } = await client.query<{ isMine: boolean }>(TAKE_TURN);
  return rows[0]?.isMine === true;
}
