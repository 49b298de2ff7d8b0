import { isDatabaseAway } from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';

/** Long enough for a failover's first attempt, short enough for a person who waits. */
const RETRY_AFTER_SECONDS = 2;

/** NOT_READY where the database could not answer; undefined where something else is wrong. */
export function describeDatabaseAway(error: unknown): RequestError | undefined {
  if (error instanceof RequestError || !isDatabaseAway(error)) return undefined;
  const options = { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error };
  return new RequestError('NOT_READY', 'the database is not responding', options);
}
