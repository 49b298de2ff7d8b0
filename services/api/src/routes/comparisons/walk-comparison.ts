import {
  ApplicationDatabaseError,
  type ComparedDays,
  type ComparisonQuery,
  compareMonth,
  type Pool,
  type TakeRows,
} from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';

/** Each holds a connection and a snapshot of both databases for some seconds. */
const AT_ONCE_MAX = 2;

const BUSY_RETRY_AFTER_SECONDS = 5;

/** A setting has to be put right, or the other database comes back: neither within seconds. */
const UNREADABLE_RETRY_AFTER_SECONDS = 30;

/** Compares a month, see `compareMonth`. */
export type WalkComparison = (query: ComparisonQuery, take: TakeRows) => Promise<ComparedDays>;

/**
 * Creates what walks through comparisons, a few at once.
 *
 * @param url of the application database; without it there is nothing to compare with.
 * @throws RequestError COMPARISON_OFF, APPLICATION_UNREADABLE, or NOT_READY while too many are under way.
 */
export function createWalkComparison(pool: Pool, url: string | undefined): WalkComparison {
  let walkCount = 0;
  return async (query, take) => {
    if (url === undefined)
      throw new RequestError('COMPARISON_OFF', 'set DIRECTORY_SOURCE_URL for the api, to the application database');
    if (walkCount >= AT_ONCE_MAX) {
      const detail = `${AT_ONCE_MAX} comparisons are already running; try again later`;
      throw new RequestError('NOT_READY', detail, { retryAfterSeconds: BUSY_RETRY_AFTER_SECONDS });
    }
    walkCount += 1;
    try {
      return await compareMonth(pool, url, query, take).catch(throwUnreadable);
    } finally {
      walkCount -= 1;
    }
  };
}

/** Where the database is, and what the network says, stays in the log. */
function throwUnreadable(error: unknown): never {
  if (!(error instanceof ApplicationDatabaseError)) throw error;
  const [reason = ''] = error.message.split(/(?<=cannot be reached(?: or read)?):/);
  const detail = `the application database (DIRECTORY_SOURCE_URL) ${reason.replace(/:$/, '')}`;
  const options = { retryAfterSeconds: UNREADABLE_RETRY_AFTER_SECONDS, cause: error };
  throw new RequestError('APPLICATION_UNREADABLE', detail, options);
}
