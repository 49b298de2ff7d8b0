import pg from 'pg';

export type Pool = pg.Pool;

export type PoolOptions = {
  /** May be a transaction pooler (Supabase 6543, PgBouncer): nothing here needs a session. */
  readonly url: string;
  /** Connections at most. */
  readonly connectionsMax: number;
  /** Told about errors of idle connections; without a listener they would end the process. */
  readonly onIdleError: (error: Error) => void;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
};

/** A connection that does not open in this time is treated as lost; a healthy one takes milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A statement that gets no answer in this time is given up by the client: a hung server or a half-open connection looks
 * like that. The slowest statement of ours takes tens of milliseconds. `statement_timeout` is not sent: poolers refuse
 * unknown startup parameters; set it with ALTER ROLE where wanted.
 */
const QUERY_TIMEOUT_MS = 30_000;

/** Creates a pool. No statement is named, so prepared statements never outlive a transaction. */
export function createPool({ url, connectionsMax, onIdleError, applicationName }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
  });
  pool.on('error', onIdleError);
  // A connection that breaks while a transaction holds it also emits `error`, and an event that nobody hears ends the
  // process. Whoever holds it is told by the statement in hand or by the next one.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
