/** What a failed statement means for its caller. */
export type FailureKind =
  /** The database, the network or another transaction was in the way: the same statement can succeed later. */
  | 'retry'
  /** HM001: attribute again with a fresh directory. */
  | 'directory_changed'
  /** HM002: some identities are taken by other contents. */
  | 'conflicts'
  /** The data itself is refused: it will be refused again. */
  | 'data'
  /** A programming error or a missing migration: retrying is right for the data, and people must be told. */
  | 'unexpected';

/** Classes of SQLSTATE that pass: connection, insufficient resources, operator intervention, system, rollback. */
const RETRY_CLASSES = new Set(['08', '53', '57', '58', '40', '55']);

/** Classes of SQLSTATE that speak about the data: data exception, integrity constraint, cardinality. */
const DATA_CLASSES = new Set(['22', '23', '21']);

/** Five characters of which one at least is a digit: EPIPE is the network's. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** Sorts what pg or the network threw. */
export function kindOfFailure(error: unknown): FailureKind {
  const code = codeOf(error);
  if (code === 'HM001') return 'directory_changed';
  if (code === 'HM002') return 'conflicts';
  // Without a SQLSTATE it came from the network or the driver: ECONNREFUSED, "Query read timeout", "Connection
  // terminated".
  if (code === undefined || !SQLSTATE.test(code)) return 'retry';
  if (RETRY_CLASSES.has(code.slice(0, 2))) return 'retry';
  return DATA_CLASSES.has(code.slice(0, 2)) ? 'data' : 'unexpected';
}

/** What pg and its pool say when a connection breaks or does not come; their errors have no code. */
const DRIVER_MESSAGES = [
  'Connection terminated',
  'Query read timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
  'Cannot use a pool after calling end',
];

/** Of the network: ECONNREFUSED, EPIPE, EAI_AGAIN. */
const NETWORK_CODE = /^E(?!RR_)[A-Z_]+$/;

/**
 * Whether a statement failed because the database was away, busy or in another's way. Stricter than
 * {@link kindOfFailure}: a fault of ours, which has no code either, is not told to clients as something that passes.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (kindOfFailure(error) !== 'retry') return false;
  const code = codeOf(error);
  if (code !== undefined) return SQLSTATE.test(code) || NETWORK_CODE.test(code);
  return messagesOf(error).some((message) => DRIVER_MESSAGES.some((begin) => message.startsWith(begin)));
}

/** Of an error and of what caused it. */
function messagesOf(error: unknown): readonly string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
}

/** The code of an error, or of what caused it where it has none. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : undefined;
}

/** The positions that HM002 names. */
export function conflictPositionsOf(error: unknown): readonly number[] {
  if (typeof error !== 'object' || error === null || !('detail' in error) || typeof error.detail !== 'string')
    throw new TypeError('HM002 came without its positions');
  const positions: unknown = JSON.parse(error.detail);
  if (!Array.isArray(positions) || !positions.every((position) => Number.isInteger(position)))
    throw new TypeError('HM002 came without its positions');
  return positions;
}
