import { commandSucceeds } from '../process/run-command.ts';
import { findProgram } from '../program/find-program.ts';
import { installPackage } from '../program/install-package.ts';
import type { Package, Program } from '../program/package.ts';
import { findUnpacked, unpackDebianPackage } from '../program/unpack-debian-package.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';
import type { RedisProgram } from './redis-program.ts';

const REDIS: Package = {
  title: 'Redis',
  apt: 'redis-server',
  brew: 'redis',
  debianPath: 'usr/bin/redis-server',
  folder: 'redis',
};

/** A docker whose daemon is away waits for its socket; a running one answers in well under a second. */
const DOCKER_DEADLINE_MS = 10_000;

/**
 * Finds a Redis, or gets one: what is on the PATH, what an earlier start unpacked, docker, the system's package
 * manager, packages unpacked without installing them.
 *
 * @param software - the folder for programs that are unpacked.
 * @throws StackError `REDIS_MISSING`.
 */
export async function findRedis(software: string, report: Report): Promise<RedisProgram> {
  const local = (await onPath()) ?? (await findUnpacked(REDIS, software));
  if (local !== undefined) return { kind: 'program', ...local };
  const docker = await inDocker(report);
  if (docker !== undefined) return docker;
  const installed = (await installPackage(REDIS, report)) ? await onPath() : undefined;
  const gotten = installed ?? (await unpackDebianPackage(REDIS, software, report));
  if (gotten !== undefined) return { kind: 'program', ...gotten };
  throw new StackError(
    'REDIS_MISSING',
    'No Redis found: install redis-server or valkey-server, start docker, or set REDIS_URL.',
  );
}

async function onPath(): Promise<Program | undefined> {
  const path = (await findProgram('redis-server')) ?? (await findProgram('valkey-server'));
  return path === undefined ? undefined : { path, env: process.env };
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
