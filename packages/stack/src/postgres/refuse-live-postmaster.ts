import { execFile } from 'node:child_process';
import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { identifyProcess } from '../process/process-identity.ts';
import { StackError } from '../stack-error.ts';

/**
 * Postgres itself clears the pid file of a server that was killed, unless its pid lives again as some other program,
 * which is usual in containers; then it would refuse for ever. So we look who it really is.
 *
 * @throws StackError `DIRECTORY_IN_USE` naming the pid of a server that has this data.
 */
export async function refuseLivePostmaster(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  if (!(pid > 0) || (await identifyProcess(pid)) === undefined) return;
  if (await servesData(pid, data)) {
    throw new StackError(
      'DIRECTORY_IN_USE',
      `A Postgres (pid ${pid}) has ${data} open: stop it first, say with kill -INT ${pid}.`,
    );
  }
  await rm(path, { force: true });
}

/** A postmaster works inside its data folder (Linux shows it) and is started with that folder as an argument. */
async function servesData(pid: number, data: string): Promise<boolean> {
  if (process.platform !== 'linux') return (await commandLine(pid)).includes(data);
  const [cwd, line] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  ]);
  return cwd === data || line.split('\0').includes(data);
}

async function commandLine(pid: number): Promise<string> {
  const found = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return found.stdout;
}
