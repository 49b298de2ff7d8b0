import { chown, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { type Account, chooseAccount } from '../postgres/choose-account.ts';
import { becomeReady } from '../process/become-ready.ts';
import { LOOPBACK } from '../process/choose-port.ts';
import { openLogFile } from '../process/log-file.ts';
import { claimName } from '../process/process-record.ts';
import { createRestartable, type Restartable } from '../process/restartable.ts';
import { runCommand } from '../process/run-command.ts';
import { type RunningProcess, runProcess, type StopStep } from '../process/run-process.ts';
import { steadyPort } from '../process/steady-port.ts';
import type { Program } from '../program/package.ts';
import { type Report, silent } from '../report.ts';
import { findPgBouncer } from './find-pgbouncer.ts';
import { pgBouncerConfig, pgBouncerUsers } from './pgbouncer-config.ts';

/** Easy to know again, and far from 6432, where a developer's own PgBouncer is. */
const PREFERRED_PORT = 64_329;

/** It has nothing to load: seconds are a machine that is busy with everything else. */
const READY_DEADLINE_MS = 30_000;

/** A pooler and a Postgres on this network: one that takes longer to answer is not ready. */
const ANSWER_DEADLINE_MS = 2_000;

/** Asking for the version starts one small program. */
const VERSION_DEADLINE_MS = 10_000;

/** Lets transactions end, then does not wait for them, then SIGKILL. */
const STOP_STEPS: readonly [StopStep, ...StopStep[]] = [
  { signal: 'SIGINT', withinMs: 5_000 },
  { signal: 'SIGTERM', withinMs: 5_000 },
];

/** Where and how to start. */
export interface PgBouncerOptions {
  /** The stack's directory; the settings go to `<directory>/pgbouncer`, the log to `<directory>/pgbouncer.log`. */
  readonly directory: string;
  /** The Postgres behind it, with the user whose connections are pooled and their password. */
  readonly postgresUrl: string;
  /** Exactly this port. Default: 64329 when it is free, else one that is. */
  readonly port?: number;
  /** Where PgBouncer is unpacked when it cannot be installed. Default `<directory>/software`. */
  readonly software?: string;
  readonly report?: Report;
}

/** A PgBouncer that has reached its Postgres. */
export interface PgBouncer extends Restartable {
  /** The URL of Postgres with the pooler's address. Stays the same over `restart`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts PgBouncer in transaction mode as a child process on 127.0.0.1, in front of a Postgres that runs. Gets
 * PgBouncer first when there is none, saying so through `report`.
 *
 * @throws StackError `DIRECTORY_IN_USE`, `PORT_TAKEN`, `USER_UNUSABLE`, `PGBOUNCER_MISSING`, or `NOT_READY` with the
 * end of the log.
 */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const { directory, postgresUrl, port, software, report = silent } = options;
  const folder = resolve(directory);
  const home = join(folder, 'pgbouncer');
  const target = new URL(postgresUrl);
  await claimName(folder, 'pgbouncer', report);
  const program = await findPgBouncer(software ?? join(folder, 'software'), report);
  const account = await chooseAccount(home, program);
  if (account.owner !== undefined) await chown(home, account.owner.uid, account.owner.gid);
  const knowsPreparedStatements = await isAtLeast121(program);

  const steady = steadyPort({ port, preferred: PREFERRED_PORT }, (chosen) =>
    launch({ program, folder, home, account, target, knowsPreparedStatements, port: chosen }),
  );
  const restartable = await createRestartable('pgbouncer', steady.start);
  report(`PgBouncer is ready on port ${steady.port()}`);
  return Object.assign(restartable, { url: urlThrough(target, steady.port()), port: steady.port() });
}

interface Launch {
  readonly program: Program;
  readonly folder: string;
  readonly home: string;
  readonly account: Account;
  readonly target: URL;
  readonly knowsPreparedStatements: boolean;
  readonly port: number;
}

async function launch(options: Launch): Promise<RunningProcess> {
  const { program, folder, home, account, target, knowsPreparedStatements, port } = options;
  const usersFile = join(home, 'users.txt');
  const configFile = join(home, 'pgbouncer.ini');
  await writeFor(account, usersFile, pgBouncerUsers(target));
  await writeFor(account, configFile, pgBouncerConfig({ port, target, usersFile, knowsPreparedStatements }));
  const log = openLogFile(join(folder, 'pgbouncer.log'));
  const started = await runProcess({
    name: 'pgbouncer',
    ...account.wrap(program.path, [configFile]),
    env: program.env,
    directory: folder,
    cwd: '/',
    output: { file: log.fd },
    stop: STOP_STEPS,
  }).finally(log.close);
  const isReady = () => isAnswering(urlThrough(target, port));
  await becomeReady(started, { name: 'PgBouncer', isReady, withinMs: READY_DEADLINE_MS, tail: log.tail });
  return started;
}

/** Files with a password: for the account that runs PgBouncer and nobody else. */
async function writeFor({ owner }: Account, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

function urlThrough(target: URL, port: number): string {
  const url = new URL(target);
  url.hostname = LOOPBACK;
  url.port = String(port);
  return url.href;
}

/** Whether a query reaches Postgres and comes back. */
async function isAnswering(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    // A developer's PGSSLMODE is about another server.
    ssl: false,
    connectionTimeoutMillis: ANSWER_DEADLINE_MS,
    query_timeout: ANSWER_DEADLINE_MS,
  });
  // A connection that breaks while idle reports here; without a listener that would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query('select 1')).rowCount === 1;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** From 1.21 on PgBouncer understands named statements, unless it is told not to; earlier it refuses that setting. */
async function isAtLeast121({ path, env }: Program): Promise<boolean> {
  const text = await runCommand(path, ['--version'], { withinMs: VERSION_DEADLINE_MS, env });
  const [, major = 0, minor = 0] = /^PgBouncer (\d+)\.(\d+)/m.exec(text) ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
}
