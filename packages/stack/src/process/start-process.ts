import { resolve } from 'node:path';
import { type Report, silent } from '../report.ts';
import { becomeReady } from './become-ready.ts';
import { claimName } from './process-record.ts';
import { createRestartable, type Restartable } from './restartable.ts';
import { runProcess } from './run-process.ts';

/** A Node service loads and connects in about a second; a minute covers a machine that is busy with everything else. */
const READY_DEADLINE_MS = 60_000;

/** A readiness check that takes longer than this is a "no". */
const PROBE_DEADLINE_MS = 2_000;

/** Above the services' own shutdown deadline, so that SIGKILL only meets a service that broke its promise. */
const STOP_DEADLINE_MS = 30_000;

/** Lines kept for the error when a service does not come up. */
const TAIL_LINES_MAX = 40;

/** One of our own services as a child process. */
export interface ProcessOptions {
  /** Unique in `directory`. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to our own environment; `undefined` takes a variable away. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The stack's directory, where the record is kept by which the next run ends what this one left. */
  readonly directory: string;
  /** A URL that answers 200 once the service is ready, or a question of your own. */
  readonly ready: string | (() => boolean | Promise<boolean>);
  /** Default 60 s. */
  readonly readyWithinMs?: number;
  /** From SIGTERM to SIGKILL. Default 30 s. */
  readonly stopWithinMs?: number;
  /** Receives what the service writes, line by line. */
  readonly onLine?: (line: string) => void;
  readonly report?: Report;
}

/**
 * Starts a service and waits until it is ready. It is not restarted when it ends by itself: `exited` tells.
 *
 * @throws StackError `NOT_READY` with the service's last lines; `DIRECTORY_IN_USE` when a living run has this name.
 */
export async function startProcess(options: ProcessOptions): Promise<Restartable> {
  const { name, command, args = [], onLine = () => undefined, report = silent } = options;
  const { readyWithinMs = READY_DEADLINE_MS, stopWithinMs = STOP_DEADLINE_MS } = options;
  const directory = resolve(options.directory);
  const isReady = typeof options.ready === 'string' ? answersOk(options.ready) : options.ready;
  await claimName(directory, name, report);

  return createRestartable(name, async () => {
    const lines: string[] = [];
    const started = await runProcess({
      name,
      command,
      args,
      directory,
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      output: {
        onLine: (line) => {
          if (lines.push(line) > TAIL_LINES_MAX) lines.shift();
          onLine(line);
        },
      },
      stop: [{ signal: 'SIGTERM', withinMs: stopWithinMs }],
    });
    await becomeReady(started, { name, isReady, withinMs: readyWithinMs, tail: () => lines.join('\n') });
    return started;
  });
}

function answersOk(url: string): () => Promise<boolean> {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_DEADLINE_MS) });
    await response.body?.cancel();
    return response.status === 200;
  };
}
