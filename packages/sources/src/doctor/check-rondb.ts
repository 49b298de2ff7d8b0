import { type RonDbOptions, withRonDb } from '../online-storage/ask-rondb.ts';
import { readDatabases } from '../online-storage/read-databases.ts';
import type { Check } from './check.ts';
import { checkClock } from './check-clock.ts';

/** Whether RonDB lets us in, and read how large databases are. */
export function createRonDbCheck(rondb: RonDbOptions, now: () => number): Check {
  const { host, port, user } = rondb;
  return {
    name: 'RonDB',
    advice: {
      UNREACHABLE: 'see RONDB_HOST and RONDB_PORT, and whether the network policy lets it out',
      TIMED_OUT: 'see RONDB_HOST and RONDB_PORT, and whether the network policy lets it out',
      ACCESS_DENIED: `set RONDB_USER and RONDB_PASSWORD, and execute: grant select on ndbinfo.* to '${user}'`,
      ANSWER_FAILED: 'RONDB_HOST is a MySQL server of RonDB; RONDB_TLS says whether it encrypts',
    },
    async run(signal) {
      const { sizes, serverTime } = await withRonDb(rondb, signal, readDatabases);
      checkClock(serverTime, now(), 'RonDB');
      return { text: `${host}:${port} tells the size of ${sizes.length} databases` };
    },
  };
}
