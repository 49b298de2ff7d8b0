import { StackError } from '../stack-error.ts';
import type { ProcessExit, RunningProcess } from './run-process.ts';

/** A process that can be killed and brought back: what Postgres, Redis and our services have in common. */
export interface Restartable {
  readonly name: string;
  /** Of the running process; after it ended, of the last one. Changes with `restart`. */
  readonly pid: number;
  /** Resolves when the process that runs now has ended, whatever the reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal and, where that signal ends a process, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it in order if it runs, starts it with the same arguments, and waits until it is ready. */
  restart(): Promise<void>;
  /** Stops it in order, for good. May be called twice. */
  close(): Promise<void>;
}

/** SIGINT, SIGTERM and SIGQUIT may be handled slowly but end every process that we start. */
const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGABRT', 'SIGKILL']);

/**
 * Starts a process and keeps the means to start it again.
 *
 * @param start - returns once the process is ready, and leaves nothing behind when it throws.
 */
export async function createRestartable(name: string, start: () => Promise<RunningProcess>): Promise<Restartable> {
  let current = await start();
  let closed = false;
  let turn: Promise<void> = Promise.resolve();
  // One at a time: a restart that overlaps a close would leave a process that nobody knows.
  const inTurn = (step: () => Promise<void>) => {
    turn = turn.catch(() => undefined).then(step);
    return turn;
  };
  return {
    name,
    get pid() {
      return current.pid;
    },
    get exited() {
      return current.exited;
    },
    kill: async (signal) => {
      const target = current;
      target.kill(signal);
      if (ENDING.has(signal)) await target.exited;
    },
    restart: () =>
      inTurn(async () => {
        if (closed) throw new StackError('NOT_READY', `${name} was closed and cannot be restarted: start a new one.`);
        await current.stop();
        current = await start();
      }),
    close: () =>
      inTurn(async () => {
        closed = true;
        await current.stop();
      }),
  };
}
