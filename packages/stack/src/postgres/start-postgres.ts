import { chown } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { becomeReady } from '../process/become-ready.ts';
import { openLogFile } from '../process/log-file.ts';
import { claimName } from '../process/process-record.ts';
import { createRestartable, type Restartable } from '../process/restartable.ts';
import { type RunningProcess, runProcess, type StopStep } from '../process/run-process.ts';
import { readOrCreateSecret } from '../process/secret-file.ts';
import { steadyPort } from '../process/steady-port.ts';
import { type Report, silent } from '../report.ts';
import { StackError } from '../stack-error.ts';
import { type Account, chooseAccount } from './choose-account.ts';
import { ensureDatabase, isAccepting, postgresUrl } from './connect.ts';
import { exists, hasData, initData } from './init-data.ts';
import { locatePostgres } from './locate-postgres.ts';
import { type PostgresSize, postgresSettings, SMALL_POSTGRES } from './postgres-settings.ts';
import { refuseLivePostmaster } from './refuse-live-postmaster.ts';

/** Easy to know again, and far from 5432, where a developer's own Postgres is. */
const PREFERRED_PORT = 54_329;

/** After a kill up to 4 GB of WAL (`max_wal_size`) are replayed: two minutes at a slow disk's 35 MB/s. */
const READY_DEADLINE_MS = 120_000;

/**
 * After SIGKILL of the postmaster its backends hold the shared memory until they see that it is gone: about a second.
 */
const BACKENDS_GONE_MS = 500;
const BACKENDS_ATTEMPTS_MAX = 20;

/** Fast shutdown (disconnects, checkpoints), then immediate shutdown (recovers at the next start), then SIGKILL. */
const STOP_STEPS: readonly [StopStep, ...StopStep[]] = [
  // The last checkpoint may have a gigabyte of buffers to write.
  { signal: 'SIGINT', withinMs: 30_000 },
  { signal: 'SIGQUIT', withinMs: 5_000 },
];

/** Where and how to start. */
export interface PostgresOptions {
  /** The stack's directory; the data goes to `<directory>/postgres`, the log to `<directory>/postgres.log`. */
  readonly directory: string;
  /** Exactly this port. Default: 54329 when it is free, else one that is. */
  readonly port?: number;
  /** Default: {@link SMALL_POSTGRES}. */
  readonly size?: PostgresSize;
  /**
   * Whether commits survive a crash of the machine, not of Postgres alone; default true. Without, tests are twice as
   * fast.
   */
  readonly isDurable?: boolean;
  readonly report?: Report;
}

/** A Postgres 17 that accepts queries, with an own database. */
export interface Postgres extends Restartable {
  /** Of the database `hopsmeter`, with its superuser and password. Stays the same over `restart`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts Postgres as a child process on 127.0.0.1; the data of an earlier start in the same directory is found again.
 *
 * @throws StackError `DIRECTORY_IN_USE`, `PORT_TAKEN`, `USER_UNUSABLE`, `SECRET_MISSING`, `PLATFORM_UNSUPPORTED`, or
 * `NOT_READY` with the end of the log.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { directory, port, size = SMALL_POSTGRES, isDurable = true, report = silent } = options;
  const folder = resolve(directory);
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  const programs = await locatePostgres();
  await claimName(folder, 'postgres', report);
  await refuseLivePostmaster(data);

  const env = environment();
  const account = await chooseAccount(home, { path: programs.postgres, env });
  if (account.owner !== undefined) await chown(home, account.owner.uid, account.owner.gid);
  const passwordFile = join(home, 'password');
  await refuseLostPassword(data, passwordFile);
  const password = await readOrCreateSecret(passwordFile, account.owner);
  if (!(await hasData(data))) {
    report('creating the Postgres data folder');
    await initData({ initdb: programs.initdb, data, passwordFile, account, env });
  }

  const steady = steadyPort({ port, preferred: PREFERRED_PORT }, (chosen) =>
    launch({ program: programs.postgres, folder, data, account, env, password, port: chosen, size, isDurable, report }),
  );
  const restartable = await createRestartable('postgres', steady.start);
  report(`Postgres is ready on port ${steady.port()}`);
  return Object.assign(restartable, { url: postgresUrl(steady.port(), password), port: steady.port() });
}

interface Launch {
  readonly program: string;
  readonly folder: string;
  readonly data: string;
  readonly account: Account;
  readonly env: NodeJS.ProcessEnv;
  readonly password: string;
  readonly port: number;
  readonly size: PostgresSize;
  readonly isDurable: boolean;
  readonly report: Report;
}

/** Starts until the backends of a killed server have let go of its shared memory. */
async function launch(options: Launch): Promise<RunningProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchOnce(options);
    } catch (error) {
      const isHeld = error instanceof StackError && error.message.includes('pre-existing shared memory block');
      if (!isHeld || attempt === BACKENDS_ATTEMPTS_MAX) throw error;
      if (attempt === 1) options.report('waiting for the last connections of the killed Postgres to end');
      await sleep(BACKENDS_GONE_MS);
    }
  }
}

async function launchOnce(options: Launch): Promise<RunningProcess> {
  const { program, folder, data, account, env, password, port, size, isDurable } = options;
  const log = openLogFile(join(folder, 'postgres.log'));
  const settings = ['-D', data, ...postgresSettings(port, size, isDurable)];
  const started = await runProcess({
    name: 'postgres',
    ...account.wrap(program, settings),
    env,
    directory: folder,
    cwd: '/',
    output: { file: log.fd },
    stop: STOP_STEPS,
  }).finally(log.close);
  const isReady = () => isAccepting(port, password);
  await becomeReady(started, { name: 'Postgres', isReady, withinMs: READY_DEADLINE_MS, tail: log.tail });
  await ensureDatabase(port, password);
  return started;
}

/** A new password would not open old data, and the wait for readiness would not say why. */
async function refuseLostPassword(data: string, passwordFile: string): Promise<void> {
  if (!(await hasData(data)) || (await exists(passwordFile))) return;
  throw new StackError(
    'SECRET_MISSING',
    `${passwordFile} is missing: put it back, or remove ${data} and its contents.`,
  );
}

/** A developer's PGDATA, PGPORT or PGOPTIONS are about another server. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
}
