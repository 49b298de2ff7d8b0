import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { becomeReady } from '../process/become-ready.ts';
import { LOOPBACK } from '../process/choose-port.ts';
import { openLogFile } from '../process/log-file.ts';
import { claimName } from '../process/process-record.ts';
import { createRestartable, type Restartable } from '../process/restartable.ts';
import { type RunningProcess, runProcess, type StopStep } from '../process/run-process.ts';
import { readOrCreateSecret } from '../process/secret-file.ts';
import { steadyPort } from '../process/steady-port.ts';
import { type Report, silent } from '../report.ts';
import { findRedis } from './find-redis.ts';
import { pingRedis } from './ping-redis.ts';
import { CONFIG_FILE, redisCommand, removeContainer } from './redis-command.ts';
import { redisConfig } from './redis-config.ts';
import type { RedisProgram } from './redis-program.ts';

/** Easy to know again, and far from 6379, where a developer's own Redis is. */
const PREFERRED_PORT = 63_799;

/** Up to a gigabyte (`maxmemory`) is loaded from a disk that may be slow; docker may fetch its image first. */
const READY_DEADLINE_MS = 120_000;

/** SIGTERM closes the append-only file, all of which is on disk already: seconds only when the disk is in trouble. */
const STOP_STEPS: readonly [StopStep, ...StopStep[]] = [{ signal: 'SIGTERM', withinMs: 15_000 }];

/** Where and how to start. */
export interface RedisOptions {
  /** The stack's directory; the data goes to `<directory>/redis`, the log to `<directory>/redis.log`. */
  readonly directory: string;
  /** Exactly this port. Default: 63799 when it is free, else one that is. */
  readonly port?: number;
  /** Where Redis is unpacked when it cannot be installed. Default `<directory>/software`. */
  readonly software?: string;
  readonly report?: Report;
}

/** A Redis (or Valkey) that has loaded its data. */
export interface Redis extends Restartable {
  /** With its password. Stays the same over `restart`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts Redis as a child process on 127.0.0.1; the data of an earlier start in the same directory is found again. Gets
 * Redis first when there is none, saying so through `report`.
 *
 * @throws StackError `DIRECTORY_IN_USE`, `PORT_TAKEN`, `REDIS_MISSING`, or `NOT_READY` with the end of the log.
 */
export async function startRedis({ directory, port, software, report = silent }: RedisOptions): Promise<Redis> {
  const folder = resolve(directory);
  const home = join(folder, 'redis');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await claimName(folder, 'redis', report);
  const program = await findRedis(software ?? join(folder, 'software'), report);
  const password = await readOrCreateSecret(join(home, 'password'));

  const steady = steadyPort({ port, preferred: PREFERRED_PORT }, (chosen) =>
    launch({ program, folder, home, password, port: chosen }),
  );
  const restartable = await createRestartable('redis', steady.start);
  report(`Redis is ready on port ${steady.port()}`);
  return Object.assign(restartable, {
    url: `redis://:${password}@${LOOPBACK}:${steady.port()}`,
    port: steady.port(),
  });
}

interface Launch {
  readonly program: RedisProgram;
  readonly folder: string;
  readonly home: string;
  readonly password: string;
  readonly port: number;
}

async function launch({ program, folder, home, password, port }: Launch): Promise<RunningProcess> {
  removeContainer(program, home);
  const { config, ...command } = redisCommand(program, home, port);
  await writeFile(join(home, CONFIG_FILE), redisConfig({ ...config, password }), { mode: 0o600 });
  const log = openLogFile(join(folder, 'redis.log'));
  const started = await runProcess({
    name: 'redis',
    ...command,
    directory: folder,
    output: { file: log.fd },
    stop: STOP_STEPS,
  }).finally(log.close);
  const isReady = () => pingRedis(port, password);
  await becomeReady(started, { name: 'Redis', isReady, withinMs: READY_DEADLINE_MS, tail: log.tail });
  return started;
}
