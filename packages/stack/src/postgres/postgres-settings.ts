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
    // The test suites run several services with their pools at once; each idle connection costs about 2 MB.
    max_connections: 100,
    // The indexes that a month of events keeps hot fit in here. The 128 MB default reads them back from the kernel.
    shared_buffers: '256MB',
    // At full load a minute writes more than the 1 GB default, and each checkpoint makes every page be written whole
    // once more. Four times that is the disk space we are willing to take from a developer.
    max_wal_size: '4GB',
    // The promise "nothing acknowledged is lost" is tested on this server: these two are the point, not a choice.
    fsync: 'on',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
