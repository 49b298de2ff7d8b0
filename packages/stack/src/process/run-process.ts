import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { StackError } from '../stack-error.ts';
import { forgetProcess, recordProcess } from './process-record.ts';
import { waitUntil } from './wait-until.ts';

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a process's output goes: an open file, which keeps filling should we die, or line by line to a function. */
export type ProcessOutput = { readonly file: number } | { readonly onLine: (line: string) => void };

/** One step of stopping: the signal, and how long it may take. SIGKILL follows the last step. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly withinMs: number;
}

/** What to run and how to end it. */
export interface ProcessSpec {
  /** Unique in `directory`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment, not an addition to ours. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the record is kept by which the next run ends this process, should we be killed. */
  readonly directory: string;
  readonly cwd?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly output: ProcessOutput;
  readonly stop: readonly [StopStep, ...StopStep[]];
  /** Delivers a signal when the child that we see only stands for the process meant (`docker run`). */
  readonly deliver?: ((signal: NodeJS.Signals) => void) | undefined;
}

/** A process that was started and perhaps has ended since. */
export interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  hasExited(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Ends it by its stop steps; returns at once when it has ended. */
  stop(): Promise<void>;
}

/** SIGKILL takes milliseconds; the rest is the kernel freeing memory on a busy machine. */
const KILL_DEADLINE_MS = 10_000;

/**
 * Starts a process in a session of its own: Ctrl-C goes to the terminal's whole process group, and who stops first must
 * be our decision (services before Redis before Postgres).
 */
export async function runProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const child = await spawnChild(spec);
  const pid = child.pid ?? 0;
  let exit: ProcessExit | undefined;
  const deliver = spec.deliver ?? ((signal: NodeJS.Signals) => void child.kill(signal));
  const kill = (signal: NodeJS.Signals) => {
    if (exit === undefined) deliver(signal);
  };
  // The last resort when this process ends without stop(), say by an uncaught error: an orderly signal, unawaited.
  const endOnExit = () => kill(spec.stop[0].signal);
  process.on('exit', endOnExit);
  const ended = once(child, 'exit').then(([code, signal]): ProcessExit => {
    process.off('exit', endOnExit);
    exit = { code, signal };
    return exit;
  });
  await recordProcess(spec.directory, { name: spec.name, pid, stopSignal: spec.stop[0].signal });
  const exited = ended.then(async (result) => {
    await forgetProcess(spec.directory, spec.name);
    return result;
  });

  return {
    pid,
    exited,
    hasExited: () => exit !== undefined,
    kill,
    stop: async () => {
      for (const { signal, withinMs } of spec.stop) {
        // A process that was paused by SIGSTOP would not hear anything else.
        kill('SIGCONT');
        kill(signal);
        if (await waitUntil(() => exit !== undefined, withinMs)) break;
      }
      kill('SIGKILL');
      const isGone = await waitUntil(() => exit !== undefined, KILL_DEADLINE_MS);
      if (!isGone) throw new StackError('DIRECTORY_IN_USE', `${spec.name} (pid ${pid}) does not end, even by SIGKILL.`);
      await exited;
    },
  };
}

async function spawnChild(spec: ProcessSpec): Promise<ChildProcess> {
  const { output } = spec;
  const stdio: SpawnOptions['stdio'] =
    'file' in output ? ['ignore', output.file, output.file] : ['ignore', 'pipe', 'pipe'];
  const options: SpawnOptions = { env: spec.env, cwd: spec.cwd, stdio, detached: true };
  if (spec.uid !== undefined) options.uid = spec.uid;
  if (spec.gid !== undefined) options.gid = spec.gid;
  const child = spawn(spec.command, [...spec.args], options);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new StackError('COMMAND_FAILED', `${spec.name} cannot be started: ${spec.command}`, { cause: error });
  }
  if ('onLine' in output) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', output.onLine);
    }
  }
  return child;
}
