import { LOOPBACK } from '../process/choose-port.ts';

/** What a pooler needs to know. */
export interface PgBouncerConfigOptions {
  readonly port: number;
  /** The Postgres behind it. Its user is the only one who may come in, with the same password. */
  readonly target: URL;
  /** File with that user and password. */
  readonly usersFile: string;
  /** Whether this version knows `max_prepared_statements` (1.21 and later). */
  readonly knowsPreparedStatements: boolean;
}

/**
 * Connections to Postgres. Fewer than the services open to the pooler: so statements of one connection really run on
 * several of Postgres, and whatever is left in a session is found by a stranger.
 */
const POOL_CONNECTIONS = 4;

/**
 * The file that PgBouncer is started with: as strict as a pooler of transactions can be, because what works here works
 * on every other. No startup parameter is ignored, named statements are unknown, and nothing is reset between two
 * transactions.
 */
export function pgBouncerConfig({ port, target, usersFile, knowsPreparedStatements }: PgBouncerConfigOptions): string {
  return `[databases]
* = host=${target.hostname} port=${target.port === '' ? 5432 : target.port}

[pgbouncer]
listen_addr = ${LOOPBACK}
listen_port = ${port}
unix_socket_dir =
auth_type = ${target.password === '' ? 'trust' : 'scram-sha-256'}
auth_file = ${usersFile}
pool_mode = transaction
default_pool_size = ${POOL_CONNECTIONS}
server_reset_query_always = 0
${knowsPreparedStatements ? 'max_prepared_statements = 0\n' : ''}`;
}

/** The users file: who may come in, and the password with which the pooler itself goes on to Postgres. */
export function pgBouncerUsers(target: URL): string {
  const quote = (text: string) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  return `${quote(target.username)} ${quote(target.password)}\n`;
}
