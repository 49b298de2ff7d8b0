import { commandSucceeds } from '../process/run-command.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';
import { findProgram } from './find-program.ts';
import { installRedis } from './install-redis.ts';
import type { RedisProgram } from './redis-program.ts';
import { findUnpackedRedis, unpackDebianRedis } from './unpack-debian-redis.ts';

/** A docker whose daemon is away waits for its socket; a running one answers in well under a second. */
const DOCKER_DEADLINE_MS = 10_000;

/**
 * Finds a Redis, or gets one: what is on the PATH, what an earlier start unpacked, docker, the system's package manager,
 * packages unpacked without installing them.
 *
 * @param software - the folder for programs that are unpacked.
 * @throws StackError `REDIS_MISSING`.
 */
export async function findRedis(software: string, report: Report): Promise<RedisProgram> {
  const found = (await onPath()) ?? (await findUnpackedRedis(software)) ?? (await inDocker(report));
  if (found !== undefined) return found;
  if (await installRedis(report)) {
    const installed = await onPath();
    if (installed !== undefined) return installed;
  }
  const unpacked = await unpackDebianRedis(software, report);
  if (unpacked !== undefined) return unpacked;
  throw new StackError(
    'REDIS_MISSING',
    'There is no Redis: install redis-server or valkey-server, start docker, or set REDIS_URL.',
  );
}

async function onPath(): Promise<RedisProgram | undefined> {
  const path = (await findProgram('redis-server')) ?? (await findProgram('valkey-server'));
  return path === undefined ? undefined : { kind: 'program', path, env: process.env };
}

async function inDocker(report: Report): Promise<RedisProgram | undefined> {
  const path = await findProgram('docker');
  if (path === undefined) return undefined;
  // `docker version` would succeed with no daemon on some versions; a server's field needs the server.
  const answers = await commandSucceeds(path, ['info', '--format', '{{.ServerVersion}}'], {
    withinMs: DOCKER_DEADLINE_MS,
  });
  if (!answers) return undefined;
  report('there is no redis-server on the PATH: running Redis in docker');
  return { kind: 'docker', path };
}
