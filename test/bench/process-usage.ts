import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its children have used so far. */
export type ProcessUsage = { readonly cpuSeconds: number; readonly peakMemoryBytes: number };

/** USER_HZ, which is 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/**
 * Reads a process and all its descendants from /proc; of our own process only itself, because the others descend from
 * it. Peak memory is that of the largest single process.
 */
export function readUsage(pid: number): ProcessUsage {
  let cpuSeconds = 0;
  let peakMemoryBytes = 0;
  for (const member of pid === process.pid ? [pid] : familyOf(pid)) {
    const fields = statOf(member);
    if (fields === undefined) continue;
    // Fields 14 to 17: own time and that of children that ended, in user and kernel mode.
    for (const ticks of fields.slice(11, 15)) cpuSeconds += ticks / TICKS_PER_SECOND;
    peakMemoryBytes = Math.max(peakMemoryBytes, peakOf(member));
  }
  return { cpuSeconds, peakMemoryBytes };
}

function familyOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const member = Number(name);
    const parent = Number.isInteger(member) ? statOf(member)?.[1] : undefined;
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), member]);
  }
  const family = [pid];
  for (const member of family) family.push(...(parents.get(member) ?? []));
  return family;
}

/**
 * The numbers after the command's name, which may hold anything, even spaces; `undefined` when the process has ended.
 */
function statOf(pid: number): readonly number[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return undefined;
  }
}

/** Bytes of a process alone that are in memory now; 0 when it has ended. */
export function readResidentBytes(pid: number): number {
  return statusOf(pid, 'VmRSS');
}

function peakOf(pid: number): number {
  return statusOf(pid, 'VmHWM');
}

function statusOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  try {
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
