import { LOOPBACK } from '../process/choose-port.ts';

/** What a server may take of its machine. */
export interface PostgresSize {
  /** `shared_buffers`, in MB. Memory that no page was read into is not taken. */
  readonly bufferMegabytes: number;
  /** `max_wal_size`, in MB of disk: with less of it every page is written whole more often. */
  readonly logMegabytes: number;
}

/**
 * For a developer's machine: the part of the ledger's index that a minute of full load touches fits into the buffers
 * (with 256 MB Postgres spent 16.0 µs on an event, now 15.3), and a minute of full load into the log.
 */
export const SMALL_POSTGRES: PostgresSize = { bufferMegabytes: 1_024, logMegabytes: 4_096 };

/**
 * Every setting that differs from Postgres' own, given on the command line so that a change here reaches data folders
 * that exist already.
 *
 * @param isDurable - whether a commit survives a crash of the machine. One of Postgres alone, by kill -9 too, it
 * survives in either case: what was written is with the kernel.
 */
export function postgresSettings(port: number, size: PostgresSize, isDurable: boolean): readonly string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: LOOPBACK,
    port,
    // The path of a Unix socket may have 107 bytes, and a clone's folder is often deeper than that: TCP only.
    unix_socket_directories: '',
    // Postgres' own default, stated because pools are sized by it: three services, a test and a person's psql fit in.
    max_connections: 100,
    shared_buffers: `${size.bufferMegabytes}MB`,
    max_wal_size: `${size.logMegabytes}MB`,
    // No wal_compression: these binaries are built without lz4, and only pglz would be left.
    fsync: isDurable ? 'on' : 'off',
    full_page_writes: isDurable ? 'on' : 'off',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
