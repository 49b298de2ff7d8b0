import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** `ps` answers at once; five seconds mean that the machine is in trouble, and then "unknown" is the honest answer. */
const PS_DEADLINE_MS = 5_000;

/**
 * Tells a process from a later one that was given the same pid: the start time, and on Linux the boot it belongs to.
 * A pid file alone is not enough, because containers hand out the same few pids again and again.
 *
 * @returns `undefined` when no such process lives. A zombie does not live: it holds no port, lock or file.
 */
export async function identifyProcess(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

async function identifyByProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets: count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()}:${startTicks}`;
  } catch {
    return undefined;
  }
}

async function identifyByPs(pid: number): Promise<string | undefined> {
  try {
    const options = { timeout: PS_DEADLINE_MS, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options);
    const [state = '', ...start] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
