import { spawn } from 'node:child_process';
import { chown, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type Account, chooseAccount } from '../postgres/choose-account.ts';
import { becomeReady } from '../process/become-ready.ts';
import { LOOPBACK } from '../process/choose-port.ts';
import { openLogFile } from '../process/log-file.ts';
import { claimName } from '../process/process-record.ts';
import { createRestartable, type Restartable } from '../process/restartable.ts';
import { type RunningProcess, runProcess, type StopStep } from '../process/run-process.ts';
import { steadyPort } from '../process/steady-port.ts';
import type { Program } from '../program/package.ts';
import { type Report, silent } from '../report.ts';
import { StackError } from '../stack-error.ts';
import { findMariaDb } from './find-mariadb.ts';

/** Far from 3306, where a developer's own server is. */
const PREFERRED_PORT = 63_306;

/** It has nothing to load: seconds are a machine that is busy with everything else. */
const READY_DEADLINE_MS = 60_000;

/** A greeting over loopback: one that takes longer is not ready. */
const ANSWER_DEADLINE_MS = 2_000;

const STOP_STEPS: readonly [StopStep, ...StopStep[]] = [{ signal: 'SIGTERM', withinMs: 15_000 }];

/** What makes an empty folder a database, in this order; of MariaDB's own `mariadb-install-db`. */
const SYSTEM_TABLES = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];

/** Where and how to start. */
export interface MariaDbOptions {
  /** The data goes to `<directory>/mariadb`, of which nothing is kept; the log to `<directory>/mariadb.log`. */
  readonly directory: string;
  /** Statements, one in each line, that are executed with all rights at each start: users and tables. */
  readonly setup: readonly string[];
  /** Exactly this port. Default: 63306 when it is free, else one that is. */
  readonly port?: number;
  /** Where MariaDB is unpacked when it cannot be installed. Default `<directory>/software`. */
  readonly software?: string;
  readonly report?: Report;
}

/** A MariaDB that accepts connections. */
export interface MariaDb extends Restartable {
  readonly host: string;
  readonly port: number;
}

/**
 * Starts an empty MariaDB on 127.0.0.1, for what speaks its protocol. Gets MariaDB first when there is none, saying so
 * through `report`.
 *
 * @throws StackError `DIRECTORY_IN_USE`, `PORT_TAKEN`, `USER_UNUSABLE`, `MARIADB_MISSING`, or `NOT_READY` with the end
 * of the log.
 */
export async function startMariaDb(options: MariaDbOptions): Promise<MariaDb> {
  const { directory, setup, port, software, report = silent } = options;
  const folder = resolve(directory);
  const home = join(folder, 'mariadb');
  await claimName(folder, 'mariadb', report);
  const program = await findMariaDb(software ?? join(folder, 'software'), report);
  await rm(home, { recursive: true, force: true });
  const account = await chooseAccount(home, program);
  const data = join(home, 'data');
  const setupFile = join(home, 'setup.sql');
  await mkdir(data, { recursive: true });
  await writeFile(setupFile, setup.map((statement) => `${statement};\n`).join(''));
  const { owner } = account;
  if (owner !== undefined) for (const path of [home, data, setupFile]) await chown(path, owner.uid, owner.gid);
  const place = { program, folder, data, account, share: await findShare(program) };
  await createSystemTables(place);

  const steady = steadyPort({ port, preferred: PREFERRED_PORT }, (chosen) => launch(place, setupFile, chosen));
  const restartable = await createRestartable('mariadb', steady.start);
  report(`MariaDB is ready on port ${steady.port()}`);
  return Object.assign(restartable, { host: LOOPBACK, port: steady.port() });
}

interface Place {
  readonly program: Program;
  readonly folder: string;
  readonly data: string;
  readonly account: Account;
  readonly share: string;
}

/** Its texts lie beside the program, also where it was unpacked. */
async function findShare({ path }: Program): Promise<string> {
  return join(dirname(dirname(await realpath(path))), 'share/mysql');
}

function optionsOf({ data, share }: Place): string[] {
  return [
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    // Nothing of it is kept, so nothing has to be safe, or large.
    '--innodb-buffer-pool-size=8M',
    '--innodb-log-file-size=4M',
    '--innodb-flush-log-at-trx-commit=0',
  ];
}

async function createSystemTables(place: Place): Promise<void> {
  const files = await Promise.all(SYSTEM_TABLES.map((name) => readFile(join(place.share, name), 'utf8')));
  const { command, args, ...identity } = place.account.wrap(place.program.path, [...optionsOf(place), '--bootstrap']);
  const child = spawn(command, [...args], { ...identity, env: place.program.env, cwd: '/' });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const ended = new Promise<number | null>((onEnd, onError) => child.on('error', onError).on('close', onEnd));
  // It reads to the end before it ends; one that cannot start says why by itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`create database mysql;\nuse mysql;\n${files.join('\n')}`);
  const code = await ended;
  if (code !== 0) throw new StackError('NOT_READY', `MariaDB could not make its tables (${code}):\n${output}`);
}

async function launch(place: Place, setupFile: string, port: number): Promise<RunningProcess> {
  const { program, folder, data, account } = place;
  const log = openLogFile(join(folder, 'mariadb.log'));
  const args = [
    ...optionsOf(place),
    `--bind-address=${LOOPBACK}`,
    `--port=${port}`,
    `--socket=${join(data, 'socket')}`,
    `--pid-file=${join(data, 'pid')}`,
    `--init-file=${setupFile}`,
    '--skip-name-resolve',
    '--skip-log-bin',
  ];
  const started = await runProcess({
    name: 'mariadb',
    ...account.wrap(program.path, args),
    env: program.env,
    directory: folder,
    cwd: '/',
    output: { file: log.fd },
    stop: STOP_STEPS,
  }).finally(log.close);
  const isReady = () => isGreeting(port);
  await becomeReady(started, { name: 'MariaDB', isReady, withinMs: READY_DEADLINE_MS, tail: log.tail });
  return started;
}

/** Whether it says hello, as it does before anybody has said anything. */
function isGreeting(port: number): Promise<boolean> {
  return new Promise((onAnswer) => {
    const socket = connect({ host: LOOPBACK, port });
    const answer = (isReady: boolean) => {
      socket.destroy();
      onAnswer(isReady);
    };
    socket.setTimeout(ANSWER_DEADLINE_MS, () => answer(false));
    socket.on('error', () => answer(false));
    socket.on('close', () => answer(false));
    socket.on('data', () => answer(true));
  });
}
