import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Report, silent } from '../report.ts';
import { StackError } from '../stack-error.ts';
import { identifyProcess } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Promise: a child of a run that was killed with SIGKILL is ended by the next run in the same directory, and nothing
 * else is. So each child leaves a record of who it is and who started it, each by pid and start time.
 *
 * Rejected: children that exit when a pipe to the parent closes. That is one more way for a service to die, it would
 * have to be built into Postgres and Redis too, and production would carry code that only development needs.
 */
const recordSchema = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  identity: z.string(),
  ownerPid: z.number().int().positive(),
  ownerIdentity: z.string(),
  startedAtMs: z.number(),
  stopSignal: z.custom<NodeJS.Signals>((value) => typeof value === 'string' && value.startsWith('SIG')),
});

type ProcessRecord = z.infer<typeof recordSchema>;

/** What a left-over process gets to stop by itself: a Postgres under load needs seconds for its last checkpoint. */
const LEFTOVER_STOP_DEADLINE_MS = 20_000;

/** SIGKILL is not negotiable; only a process stuck in the kernel (a dead network disk) outlives it. */
const LEFTOVER_KILL_DEADLINE_MS = 5_000;

/** Notes that `pid` is ours, until `forgetProcess`. A process that is gone already leaves no record. */
export async function recordProcess(
  directory: string,
  child: Pick<ProcessRecord, 'name' | 'pid' | 'stopSignal'>,
): Promise<void> {
  const [identity, ownerIdentity] = await Promise.all([identifyProcess(child.pid), identifyProcess(process.pid)]);
  if (identity === undefined || ownerIdentity === undefined) return;
  const record: ProcessRecord = { ...child, identity, ownerPid: process.pid, ownerIdentity, startedAtMs: Date.now() };
  await mkdir(recordFolder(directory), { recursive: true });
  // Written beside and renamed, so that a reader never finds half a record.
  const path = recordPath(directory, child.name);
  await writeFile(`${path}.${process.pid}`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${path}.${process.pid}`, path);
}

/** Removes the record of an ended process. */
export async function forgetProcess(directory: string, name: string): Promise<void> {
  await rm(recordPath(directory, name), { force: true });
}

/**
 * Ends every child that a dead run left in the directory, the youngest first.
 *
 * @throws StackError `DIRECTORY_IN_USE` when one of them can not be ended.
 */
export async function endLeftovers(directory: string, report: Report = silent): Promise<void> {
  const names = await readdir(recordFolder(directory)).catch(() => []);
  const found = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(directory, name)));
  const records = found.filter((record) => record !== undefined);
  for (const record of records.sort((a, b) => b.startedAtMs - a.startedAtMs)) {
    if ((await identifyProcess(record.ownerPid)) !== record.ownerIdentity) await end(directory, record, report);
  }
}

/**
 * Makes way for a process of this name: ends what a dead run left, refuses while a living run has it.
 *
 * @throws StackError `DIRECTORY_IN_USE` naming both pids.
 */
export async function claimName(directory: string, name: string, report: Report = silent): Promise<void> {
  const record = await read(directory, `${name}.json`);
  if (record === undefined) return;
  if ((await identifyProcess(record.ownerPid)) !== record.ownerIdentity) return end(directory, record, report);
  if ((await identifyProcess(record.pid)) !== record.identity) return;
  throw new StackError(
    'DIRECTORY_IN_USE',
    `${name} (pid ${record.pid}) runs in ${directory} for process ${record.ownerPid}: stop that process first.`,
  );
}

async function end(directory: string, record: ProcessRecord, report: Report): Promise<void> {
  const isGone = async () => (await identifyProcess(record.pid)) !== record.identity;
  if (!(await isGone())) {
    report(`ending ${record.name} (pid ${record.pid}), left over from an earlier run`);
    send(record.pid, record.stopSignal);
    if (!(await waitUntil(isGone, LEFTOVER_STOP_DEADLINE_MS))) send(record.pid, 'SIGKILL');
    if (!(await waitUntil(isGone, LEFTOVER_KILL_DEADLINE_MS))) {
      throw new StackError('DIRECTORY_IN_USE', `${record.name} (pid ${record.pid}) in ${directory} can not be ended.`);
    }
  }
  await forgetProcess(directory, record.name);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in between, or another user's: the wait that follows tells which.
  }
}

async function read(directory: string, file: string): Promise<ProcessRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(recordFolder(directory), file), 'utf8')));
  } catch {
    return undefined;
  }
}

function recordFolder(directory: string): string {
  return join(directory, 'processes');
}

function recordPath(directory: string, name: string): string {
  return join(recordFolder(directory), `${name}.json`);
}
