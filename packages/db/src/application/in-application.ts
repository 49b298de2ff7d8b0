import { inSnapshot } from '../connection/in-snapshot.ts';
import { createPool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { ApplicationDatabaseError } from './application-database-error.ts';
import { type ApplicationTable, checkApplication } from './check-application.ts';
import { reasonOfFailure } from './reason-of-failure.ts';

/**
 * Times without a zone are UTC, whatever the server's own zone is. Ends with the transaction, so it runs on a pooler.
 */
const USE_UTC = `set local time zone 'UTC'`;

/**
 * Reads tables of the application database in one read-only transaction: nothing in it can be written by us, and the
 * tables are seen at one moment.
 *
 * @throws ApplicationDatabaseError when it cannot be read; what the work throws of its own as it is.
 */
export async function inApplication<T>(
  url: string,
  tables: readonly ApplicationTable[],
  work: (snapshot: Query) => Promise<T>,
): Promise<T> {
  const pool = createPool({
    url,
    connectionsMax: 1,
    applicationName: 'hopsmeter-moving-in',
    onIdleError: () => undefined,
  });
  let isWorking = false;
  try {
    return await inSnapshot(pool, async (snapshot) => {
      await snapshot.rowsOf(USE_UTC);
      await checkApplication(snapshot, tables);
      isWorking = true;
      const result = await work({
        rowsOf: (sql, parameters, timeoutMs) => snapshot.rowsOf<never>(sql, parameters, timeoutMs).catch(throwReason),
      });
      isWorking = false;
      return result;
    });
  } catch (error) {
    if (isWorking) throw error;
    return throwReason(error);
  } finally {
    await pool.end();
  }
}

function throwReason(error: unknown): never {
  if (error instanceof ApplicationDatabaseError) throw error;
  throw new ApplicationDatabaseError(reasonOfFailure(error), { cause: error });
}
