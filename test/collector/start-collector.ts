import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { SimulatedTime } from './simulated-time.ts';

export type CollectorProcess = ChildProcessByStdio<null, Readable, Readable>;

export type CollectorProcessOptions = {
  readonly time: SimulatedTime;
  /** How far its clock is wrong. */
  readonly clockErrorMs: number;
  /** Those of the collector, as its environment has them. */
  readonly settings: Readonly<Record<string, string>>;
};

const FILE = fileURLToPath(new URL('simulated-collector.mjs', import.meta.url));

/** Starts a collector in simulated time, as a process that may be killed. */
export function startCollector(options: CollectorProcessOptions): CollectorProcess {
  return spawn(process.execPath, [FILE, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function kill(child: CollectorProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}
