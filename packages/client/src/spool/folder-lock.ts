import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClientError } from '../client-error.ts';
import { identifyProcess } from './process-identity.ts';

/** How often the holder shows that it lives, for those who cannot look at its process. */
const BEAT_MS = 2_000;

/** Beats that a holder may miss: a busy disk or a paused process is no dead one. */
const BEATS_MISSED_MAX = 5;

/** Each attempt gets the lock, meets a living holder or removes a dead one's; losing so many races is no accident. */
const ATTEMPTS_MAX = 5;

/** A directory that is ours. */
export type FolderLock = {
  /**
   * @throws ClientError SPOOL_LOST when another process has taken it over. Looks at the disk only after missed beats.
   */
  check(): Promise<void>;
  release(): Promise<void>;
};

/** What the lock's file holds. A beat changes its time only, which a full disk does not prevent. */
type Holder = {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  readonly space?: string;
  readonly start?: string;
};

/**
 * Keeps a directory to one process. The lock of a dead process is taken over: at once when it lived beside us, by its
 * pid and start time, so that a pid which lives again does not fool us; else, in another container or on another
 * machine, when it does not show itself for {@link BEATS_MISSED_MAX} beats. No clock is compared with another.
 *
 * @throws ClientError SPOOL_IN_USE
 */
export async function lockFolder(folder: string, beatMs = BEAT_MS): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const identity = await identifyProcess(process.pid);
  const own: Holder = { token: randomUUID(), pid: process.pid, host: hostname(), ...identity };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (await takeLock(path, own)) return holdLock(path, own, beatMs);
    const text = await readLock(path);
    if (text === undefined) continue;
    const living = await findLiving(path, text, own, beatMs);
    if (living !== undefined)
      throw new ClientError('SPOOL_IN_USE', `${folder} is held by process ${living.pid} on ${living.host}`);
    await removeLock(path, text, own);
  }
  throw new ClientError('SPOOL_IN_USE', `${folder} is being opened by several processes at once`);
}

/** A hard link appears with its whole content or not at all, and never replaces another. */
async function takeLock(path: string, own: Holder): Promise<boolean> {
  const file = `${path}.${own.token}`;
  await writeFile(file, JSON.stringify(own), { mode: 0o600 });
  try {
    await link(file, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

/** The holder, when it lives. */
async function findLiving(path: string, text: string, own: Holder, beatMs: number): Promise<Holder | undefined> {
  const holder = parseHolder(text);
  if (holder?.space !== undefined && holder.space === own.space) {
    const found = await identifyProcess(holder.pid);
    return found?.start === holder.start ? holder : undefined;
  }
  // Its process is none that we could see. It lives when it touches its lock.
  const before = await timeOf(path);
  for (let beat = 0; beat < BEATS_MISSED_MAX; beat++) {
    await delay(beatMs);
    const now = await timeOf(path);
    if (now !== before) return now === undefined ? undefined : (holder ?? own);
  }
  return undefined;
}

/** Moves the lock aside before removing it: when another process has taken it since we read it, it gets it back. */
async function removeLock(path: string, expected: string, own: Holder): Promise<void> {
  const aside = `${path}.${own.token}.old`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== expected) await link(aside, path);
  } catch (error) {
    // Another process was faster; the next attempt sees what it left.
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function holdLock(path: string, own: Holder, beatMs: number): FolderLock {
  let beatAt = performance.now();
  let isLost = false;
  let beating: Promise<void> | undefined;

  const isOurs = async (): Promise<boolean> => {
    const text = await readLock(path);
    return text !== undefined && parseHolder(text)?.token === own.token;
  };

  const beat = async (): Promise<void> => {
    if (isLost) return;
    isLost = !(await isOurs());
    if (isLost) return;
    const now = new Date();
    await utimes(path, now, now);
    beatAt = performance.now();
  };

  /** A beat that fails is a missed one: `check` looks before anything is promised. */
  const tryBeat = (): Promise<void> =>
    (beating ??= beat()
      .catch(() => undefined)
      .finally(() => {
        beating = undefined;
      }));

  const timer = setInterval(tryBeat, beatMs).unref();
  return {
    async check() {
      if (!isLost && performance.now() - beatAt > 2 * beatMs) isLost = !(await isOurs());
      if (isLost) throw new ClientError('SPOOL_LOST', path);
    },
    async release() {
      clearInterval(timer);
      await beating;
      if (await isOurs()) await rm(path, { force: true });
      isLost = true;
    },
  };
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function timeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @returns `undefined` for what no holder wrote: its process died before it had, or the disk lost it. */
function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  return 'token' in value && typeof value.token === 'string' && 'pid' in value && typeof value.pid === 'number';
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
