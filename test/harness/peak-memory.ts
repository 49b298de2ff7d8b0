import { readFileSync } from 'node:fs';

/** The most memory that a process has had at one time, as Linux counted it. */
export function peakMemoryBytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}
