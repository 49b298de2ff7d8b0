import { LOOPBACK } from '../process/choose-port.ts';

/**
 * Every setting that differs from Postgres' own, given on the command line so that a change here reaches data folders
 * that exist already.
 */
export function postgresSettings(port: number): readonly string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: LOOPBACK,
    port,
    // The path of a Unix socket may have 107 bytes, and a clone's folder is often deeper than that: TCP only.
    unix_socket_directories: '',
    // Postgres' own default, stated because pools are sized by it: three services, a test and a person's psql fit in.
    max_connections: 100,
    // The part of the ledger's index that a minute of full load touches fits in: with 256 MB Postgres spent 16.0 µs on an
    // event, now 15.3. Memory that no page was read into is not taken.
    shared_buffers: '1GB',
    // At full load a minute writes more than the 1 GB default, and each checkpoint makes every page be written whole
    // once more. Four times that is the disk space we are willing to take from a developer.
    max_wal_size: '4GB',
    // No wal_compression: these binaries are built without lz4, and only pglz would be left.
    // The promise "nothing acknowledged is lost" is tested on this server: these two are the point, not a choice.
    fsync: 'on',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
