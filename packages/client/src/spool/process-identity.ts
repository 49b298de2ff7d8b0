import { readFile, readlink } from 'node:fs/promises';

/**
 * Tells a process from a later one that was given the same pid: the boot, the space of pids (a container has its own)
 * and the start time.
 */
export type ProcessIdentity = { readonly space: string; readonly start: string };

/** @returns `undefined` where there is no /proc, and of a process that does not live, which a zombie does not. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets: count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || start === undefined) return undefined;
    return { space: await ownPidSpace(), start };
  } catch {
    return undefined;
  }
}

/** Where our pids mean something. */
async function ownPidSpace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
}
