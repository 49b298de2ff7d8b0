import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessExit, startProcess } from '@hopsmeter/stack';
import { waitFor } from '../harness/wait-for.ts';

/** A service that is started again whenever it ends, as a supervisor does. */
export type SupervisedService = {
  readonly name: string;
  /** Of the service itself, past all proxies. */
  readonly url: string;
  /** SIGKILL, as soon as it runs; the supervisor starts it again. */
  kill(): Promise<void>;
  /** SIGSTOP or SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Stops it in order; the supervisor starts it again with these additions to its environment. */
  restartWith(env: NodeJS.ProcessEnv): Promise<void>;
  close(): Promise<void>;
};

/** Why a process ended. Only `by-itself` is not of our making. */
export type EndReason = 'killed' | 'failpoint' | 'stopped' | 'stopped-late' | 'by-itself';

export type ServiceOptions = {
  readonly name: string;
  readonly main: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly directory: string;
  /** Told of every end of the process. */
  readonly onEnd: (reason: EndReason, exit: ProcessExit) => void;
  readonly onLine: (line: string) => void;
};

/** A supervisor does not start a process that dies at once a hundred times a second. */
const RESTART_AFTER_MS = 200;

export async function startSupervised(options: ServiceOptions): Promise<SupervisedService> {
  const { name, main, url, directory, onEnd, onLine } = options;
  const env: NodeJS.ProcessEnv = { ...options.env };
  let isClosing = false;
  let isRunning = true;
  let asked: 'killed' | 'stopped' | undefined;
  const service = await startProcess({
    name,
    command: process.execPath,
    args: [main],
    // Read at every start, so a change of it is what the next process gets.
    env,
    directory,
    // A supervisor does not wait for readiness: what depends on it asks.
    ready: () => true,
    onLine,
  });

  const running = () => waitFor(`${name} to run`, () => (isRunning ? true : undefined));

  const reasonOf = ({ code, signal }: ProcessExit): EndReason => {
    if (asked === 'killed') return 'killed';
    // By the signal itself: it had only begun to start, and had nothing to finish.
    if (asked === 'stopped') return code === 0 || signal === 'SIGTERM' ? 'stopped' : 'stopped-late';
    return signal === 'SIGKILL' && env.FAILPOINTS !== undefined ? 'failpoint' : 'by-itself';
  };

  const supervise = async (): Promise<void> => {
    for (;;) {
      const exit = await service.exited;
      isRunning = false;
      if (isClosing) return;
      onEnd(reasonOf(exit), exit);
      asked = undefined;
      await delay(RESTART_AFTER_MS);
      if (isClosing) return;
      // A process that ends at once is an end like every other: the next turn sees it.
      await service.restart().catch((error: unknown) => onLine(`the supervisor could not start it: ${String(error)}`));
      isRunning = true;
    }
  };
  const supervising = supervise();

  return {
    name,
    url,
    async kill() {
      await running();
      asked = 'killed';
      await service.kill('SIGKILL');
    },
    signal: (signal) => service.kill(signal),
    async restartWith(additions) {
      // While it is being started its environment is being read: a change might be half in time.
      await running();
      for (const key of Object.keys(env)) if (!(key in options.env)) delete env[key];
      Object.assign(env, additions);
      asked = 'stopped';
      await service.kill('SIGTERM');
    },
    async close() {
      isClosing = true;
      await service.close();
      await supervising;
    },
  };
}
