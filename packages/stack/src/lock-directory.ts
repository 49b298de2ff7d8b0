import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { identifyProcess } from './process/process-identity.ts';
import { StackError } from './stack-error.ts';

const holderSchema = z.object({ pid: z.number().int().positive(), identity: z.string() });

/** Each attempt gets the lock, meets a living holder or removes a dead one's; losing five races is no accident. */
const LOCK_ATTEMPTS_MAX = 5;

/** A lock that is held. */
export interface DirectoryLock {
  /** Gives the lock back. May be called twice. */
  release(): Promise<void>;
}

/**
 * Keeps a directory to one run at a time. The lock is advisory and dies with its process: a lock whose holder is gone
 * (another start time at that pid counts as gone) is taken over.
 *
 * @throws StackError `DIRECTORY_IN_USE` naming the holder's pid.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const folder = resolve(directory);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'lock');
  const text = JSON.stringify({ pid: process.pid, identity: (await identifyProcess(process.pid)) ?? '' });

  for (let attempt = 0; attempt < LOCK_ATTEMPTS_MAX; attempt += 1) {
    if (await takeLock(path, text)) return { release: () => releaseLock(path, text) };
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const holder = await livingHolder(found);
    if (holder !== undefined) {
      throw new StackError('DIRECTORY_IN_USE', `${folder} is in use by process ${holder}: stop that one first.`);
    }
    await removeLock(path, found);
  }
  throw new StackError('DIRECTORY_IN_USE', `${folder} is being started by several processes at once: try again.`);
}

/** A hard link appears with its whole content or not at all, and never replaces another. */
async function takeLock(path: string, text: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, text);
  try {
    await link(own, path);
    return true;
  } catch {
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

async function livingHolder(text: string): Promise<number | undefined> {
  try {
    const { pid, identity } = holderSchema.parse(JSON.parse(text));
    return (await identifyProcess(pid)) === identity ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Moves the lock aside before removing it: if another run has taken it since we read it, it gets it back. */
async function removeLock(path: string, expected: string): Promise<void> {
  const aside = `${path}.${process.pid}.old`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== expected) await link(aside, path);
  } catch {
    // Another run was faster; the next attempt sees what it left.
  } finally {
    await rm(aside, { force: true });
  }
}

async function releaseLock(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) await rm(path, { force: true });
}
