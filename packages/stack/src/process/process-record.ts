import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Report, silent } from '../report.ts';
import { StackError } from '../stack-error.ts';
import { identifyProcess } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Promise: a child of a run that was killed with SIGKILL is ended, by the run's guard at once or, should that be killed
 * too, by the next run in the same directory; and nothing else is. So each child leaves a record of who it is and who
 * started it, each by pid and start time.
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

/** The record of the process that ends the others, see guard/start-guard.ts. */
export const GUARD_NAME = 'guard';

/**
 * What a left-over process gets to stop by itself: services take up to 25 s, Postgres seconds for its last checkpoint.
 */
const LEFTOVER_STOP_DEADLINE_MS = 30_000;

/** A guard ends five processes at most, one after the other; each takes seconds unless it is stuck. */
const GUARD_DEADLINE_MS = 120_000;

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
 * Ends every child that a dead run left in the directory. A guard that is doing so is left to finish: a second signal
 * would cut short the orderly stop that the first one began.
 *
 * @throws StackError `DIRECTORY_IN_USE` when one of them cannot be ended.
 */
export async function endLeftovers(directory: string, report: Report = silent): Promise<void> {
  const guard = await read(directory, `${GUARD_NAME}.json`);
  if (guard !== undefined && !(await isOwnerAlive(guard)) && !(await isGone(guard))) {
    report('waiting until what an earlier run left has stopped');
    await waitUntil(() => isGone(guard), GUARD_DEADLINE_MS);
  }
  await endOrphans(directory, report);
}

/** Ends every child but ourselves whose owner is dead, the youngest first. @throws StackError `DIRECTORY_IN_USE`. */
export async function endOrphans(directory: string, report: Report): Promise<void> {
  const names = await readdir(recordFolder(directory)).catch(() => []);
  const found = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(directory, name)));
  const records = found.filter((record) => record !== undefined).filter(({ pid }) => pid !== process.pid);
  for (const record of records.sort((a, b) => b.startedAtMs - a.startedAtMs)) {
    if (!(await isOwnerAlive(record))) await end(directory, record, report);
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
  if (!(await isOwnerAlive(record))) return end(directory, record, report);
  if (await isGone(record)) return;
  throw new StackError(
    'DIRECTORY_IN_USE',
    `${name} (pid ${record.pid}) runs in ${directory} for process ${record.ownerPid}: stop that process first.`,
  );
}

async function isOwnerAlive(record: ProcessRecord): Promise<boolean> {
  return (await identifyProcess(record.ownerPid)) === record.ownerIdentity;
}

async function isGone(record: ProcessRecord): Promise<boolean> {
  return (await identifyProcess(record.pid)) !== record.identity;
}

async function end(directory: string, record: ProcessRecord, report: Report): Promise<void> {
  const hasEnded = () => isGone(record);
  if (!(await hasEnded())) {
    report(`ending ${record.name} (pid ${record.pid}), left over from an earlier run`);
    // A process that was paused by SIGSTOP would not hear anything else.
    send(record.pid, 'SIGCONT');
    send(record.pid, record.stopSignal);
    if (!(await waitUntil(hasEnded, LEFTOVER_STOP_DEADLINE_MS))) send(record.pid, 'SIGKILL');
    if (!(await waitUntil(hasEnded, LEFTOVER_KILL_DEADLINE_MS))) {
      throw new StackError('DIRECTORY_IN_USE', `${record.name} (pid ${record.pid}) in ${directory} cannot be ended.`);
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
