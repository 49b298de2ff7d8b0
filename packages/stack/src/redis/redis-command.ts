import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { LOOPBACK } from '../process/choose-port.ts';
import type { RedisConfigOptions } from './redis-config.ts';
import type { RedisProgram } from './redis-program.ts';

/** The same image as in docker-compose.yml. */
export const REDIS_IMAGE = 'redis:8.6.7-trixie';

/** The name of the config file in Redis' folder. */
export const CONFIG_FILE = 'redis.conf';

/** Redis' port inside a container, where it is always free. */
const CONTAINER_PORT = 6379;

/** `docker kill` talks to a daemon that answered before. */
const DOCKER_DEADLINE_MS = 10_000;

/** How one start of Redis looks. */
export interface RedisCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly config: Omit<RedisConfigOptions, 'password'>;
  readonly deliver?: (signal: NodeJS.Signals) => void;
}

/** Describes the start of Redis on `port` of 127.0.0.1 with its data in `home`. */
export function redisCommand(program: RedisProgram, home: string, port: number): RedisCommand {
  if (program.kind === 'program') {
    const config = { bind: LOOPBACK, port, folder: home };
    return { command: program.path, args: [`${home}/${CONFIG_FILE}`], env: program.env, config };
  }
  const name = containerName(home);
  return {
    command: program.path,
    args: [
      ...['run', '--rm', '--name', name],
      // Files in the folder stay ours, also when docker's daemon is root.
      ...['--user', `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`],
      ...['--publish', `${LOOPBACK}:${port}:${CONTAINER_PORT}`, '--volume', `${home}:/data`],
      // Straight to the server: the image's own start script changes users and loads modules that nothing here uses.
      ...['--entrypoint', 'redis-server', REDIS_IMAGE, `/data/${CONFIG_FILE}`],
    ],
    env: process.env,
    config: { bind: '0.0.0.0', port: CONTAINER_PORT, folder: '/data' },
    // `docker run` passes signals on, but cannot pass SIGKILL: it would die and leave the container.
    deliver: (signal) => docker(program.path, ['kill', '--signal', signal, name]),
  };
}

/** Removes a container that outlived its `docker run`, and with it the claim on the name. */
export function removeContainer(program: RedisProgram, home: string): void {
  if (program.kind === 'docker') docker(program.path, ['rm', '--force', containerName(home)]);
}

function docker(path: string, args: readonly string[]): void {
  try {
    execFileSync(path, args, { stdio: 'ignore', timeout: DOCKER_DEADLINE_MS });
  } catch {
    // No such container: what was wanted. A daemon that is away shows itself in the wait that follows.
  }
}

/** One container per folder, so that two clones do not take each other's. */
function containerName(home: string): string {
  return `hopsmeter-redis-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
}
