import { createEventMaker } from '@hopsmeter/client';
import { checkIsNow } from '../asking/check-clock.ts';
import { assignBytes } from '../projects/assign-bytes.ts';
import type { Hopsworks } from '../projects/hopsworks-client.ts';
import type { IgnoredRow, Source } from '../source.ts';
import { type RonDbOptions, withRonDb } from './ask-rondb.ts';
import { readDatabases } from './read-databases.ts';

export type OnlineStorageOptions = {
  readonly clusterId: string;
  readonly rondb: RonDbOptions;
  readonly hopsworks: Hopsworks;
};

/** Databases of Hopsworks itself and of MySQL. */
const SYSTEM_DATABASES: ReadonlySet<string> = new Set([
  'heartbeat',
  'hops',
  'hopsworks',
  'information_schema',
  'metastore',
  'mysql',
  'ndbinfo',
  'performance_schema',
  'sys',
]);

/** An hour has begun for every clock by then. */
const DELAY_MS = 5 * 60_000;

/**
 * What is stored in RonDB: a sample that stands for its hour. A project has one database, of its own name.
 *
 * A sample that fails throws, and a database that cannot be assigned is quarantined: neither is ever zero bytes.
 */
export function createOnlineStorageSource({ clusterId, rondb, hopsworks }: OnlineStorageOptions): Source {
  const maker = createEventMaker(clusterId, '/collector/online-storage');
  return {
    name: 'online-storage',
    kind: 'sampled',
    delayMs: DELAY_MS,
    async collect(window, signal) {
      const { sizes, unreadable, serverTime } = await withRonDb(rondb, signal, readDatabases);
      checkIsNow(window, serverTime, 'RonDB');
      // Afterwards: so it has every project that has a database.
      const list = await hopsworks.listProjects(signal);
      const system = sizes.flatMap(({ name }): IgnoredRow[] =>
        isSystem(name) ? [{ name: name ?? 'NULL', reason: 'system_database' }] : [],
      );
      const stored = sizes.flatMap(({ name, bytes }) =>
        name === undefined || isSystem(name) ? [] : [{ name, bytes }],
      );
      const { assigned, quarantined, ignored } = assignBytes(stored, list, { isLowered: true });
      return {
        events: assigned.map(({ namespace, bytes }) => maker.storage({ namespace, window, onlineBytes: bytes })),
        quarantined: [...unreadable, ...list.unreadable, ...quarantined],
        ignored: [...system, ...ignored],
      };
    },
  };
}

/** What belongs to no database is as little a project's as what belongs to the system. */
function isSystem(name: string | undefined): boolean {
  return name === undefined || SYSTEM_DATABASES.has(name);
}
