import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { orAborted } from '../asking/or-aborted.ts';
import { SourceError } from '../source-error.ts';

/** How RonDB's MySQL servers are reached. */
export type RonDbOptions = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Read anew for each connection. */
  readonly readPassword: () => Promise<string>;
  /** Whether the connection is encrypted, and the certificate checked. Default: false. */
  readonly isTls?: boolean;
  /** Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** Of one statement. Default: 60 s. */
  readonly queryTimeoutMs?: number;
};

/** Asks one statement; its rows have texts for numbers that may be large. */
export type AskRonDb = (statement: string) => Promise<readonly unknown[]>;

const CONNECT_TIMEOUT_MS = 10_000;
const QUERY_TIMEOUT_MS = 60_000;

const errorSchema = z.object({ code: z.string(), message: z.string() });

/** What the codes of mysql2, of the server and of Node mean; all others are answers that say that something failed. */
const CODES = new Map<string, 'ACCESS_DENIED' | 'TIMED_OUT' | 'UNREACHABLE' | 'ANSWER_UNREADABLE'>([
  ['ER_ACCESS_DENIED_ERROR', 'ACCESS_DENIED'],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ACCESS_DENIED'],
  ['ER_DBACCESS_DENIED_ERROR', 'ACCESS_DENIED'],
  ['ER_TABLEACCESS_DENIED_ERROR', 'ACCESS_DENIED'],
  ['ER_HOST_NOT_PRIVILEGED', 'ACCESS_DENIED'],
  ['PROTOCOL_SEQUENCE_TIMEOUT', 'TIMED_OUT'],
  ['ETIMEDOUT', 'TIMED_OUT'],
  ['ECONNREFUSED', 'UNREACHABLE'],
  ['ENOTFOUND', 'UNREACHABLE'],
  ['EAI_AGAIN', 'UNREACHABLE'],
  ['EHOSTUNREACH', 'UNREACHABLE'],
  ['ENETUNREACH', 'UNREACHABLE'],
  ['PROTOCOL_CONNECTION_LOST', 'ANSWER_UNREADABLE'],
  ['ECONNRESET', 'ANSWER_UNREADABLE'],
]);

/** Connects, lets `work` ask, and disconnects. @throws SourceError, or the signal's reason. */
export async function withRonDb<T>(
  options: RonDbOptions,
  signal: AbortSignal,
  work: (ask: AskRonDb) => Promise<T>,
): Promise<T> {
  const { queryTimeoutMs = QUERY_TIMEOUT_MS } = options;
  signal.throwIfAborted();
  const connecting = connect(options);
  try {
    const connection = await orAborted(connecting, signal);
    const ask: AskRonDb = async (statement) => {
      const [rows] = await connection.query<RowDataPacket[]>({ sql: statement, timeout: queryTimeoutMs });
      return rows;
    };
    return await orAborted(work(ask), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw describeError(error, options);
  } finally {
    // Also where it is there only later. Not `end`, which asks a server that may be away: nothing is under way.
    connecting.then(
      (connection) => connection.destroy(),
      () => undefined,
    );
  }
}

async function connect(options: RonDbOptions): Promise<Connection> {
  const { host, port, user, isTls = false, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  return createConnection({
    host,
    port,
    user,
    password: await options.readPassword(),
    connectTimeout: connectTimeoutMs,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    ...(isTls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true } } : {}),
  });
}

function describeError(error: unknown, { host, port, user }: RonDbOptions): unknown {
  const parsed = errorSchema.safeParse(error);
  if (error instanceof SourceError || !parsed.success) return error;
  const { code, message } = parsed.data;
  const kind = CODES.get(code) ?? 'ANSWER_FAILED';
  const where = `RonDB at ${host}:${port}`;
  const texts = {
    ACCESS_DENIED: `${where} does not let ${user} in, or not read ndbinfo: ${message}`,
    TIMED_OUT: `${where} did not answer in time: ${message}`,
    UNREACHABLE: `${where} cannot be reached: ${message}`,
    ANSWER_UNREADABLE: `the answer of ${where} was cut off: ${message}`,
    ANSWER_FAILED: `${where} answered ${code}: ${message}`,
  };
  return new SourceError(kind, texts[kind], { cause: error });
}
