import { setFlagsFromString } from 'node:v8';
import type { Logger } from './create-logger.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';

/**
 * How long closing may take. Kubernetes kills 30 s after SIGTERM by default; five of them are left for the kill signal
 * to be unnecessary.
 */
export const SHUTDOWN_DEADLINE_MS = 25_000;

/**
 * How much the heap may grow, in percent of what was alive, before all of it is collected. On a machine with memory V8
 * lets it grow by three times; then a service that is full of events for milliseconds keeps half as much memory again
 * for nothing: 310 instead of 230 MB in a worker, 234 instead of 172 in an ingest, for a microsecond an event at most.
 */
const HEAP_GROWING_PERCENT = 100;

/** The part of `process` that a lifecycle needs; tests pass their own. */
export type ProcessHost = {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): unknown;
};

export type ProcessOptions = {
  readonly name: string;
  readonly logger: Logger;
  /** Default {@link SHUTDOWN_DEADLINE_MS}. */
  readonly shutdownDeadlineMs?: number;
  /** Opens everything, registering each `close` on the line after opening. */
  readonly start: (lifecycle: Lifecycle) => Promise<void>;
  /** Default `process`. */
  readonly host?: ProcessHost;
};

/**
 * Runs a process: starts it, waits for SIGTERM or SIGINT, closes in reverse order within the deadline and exits. A
 * second signal, a failed start, an uncaught exception or an unhandled rejection exit with 1; so does a close step that
 * failed or did not finish in time. Only `main.ts` calls this.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { name, logger, start, shutdownDeadlineMs = SHUTDOWN_DEADLINE_MS } = options;
  const host: ProcessHost = options.host ?? process;
  const lifecycle = createLifecycle(logger);
  let isStopping = false;
  // Here and not on the command line, so that it holds however the process was started. V8 reads it at each collection.
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);

  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason, shutdownDeadlineMs }, `${name} is stopping`);
    const isClean = await lifecycle.close(shutdownDeadlineMs);
    logger.info({ isClean }, `${name} has stopped`);
    host.exit(isClean ? exitCode : 1);
  };

  for (const signal of ['SIGTERM', 'SIGINT'])
    host.on(signal, () => {
      if (isStopping) {
        const hint = 'what was in hand is done again after the next start';
        logger.warn({ signal, hint }, 'second signal: exiting at once');
        host.exit(1);
        return;
      }
      void stop(signal, 0);
    });
  for (const event of ['uncaughtException', 'unhandledRejection'])
    host.on(event, (error) => {
      // The state is unknown now: finish what is in hand, then let the supervisor start a clean process.
      const hint = 'it ends so that its supervisor starts a new one; report the error';
      logger.fatal({ err: error, event, hint }, `${name} met an error that nobody caught`);
      void stop(event, 1);
    });

  try {
    await lifecycle.run(() => start(lifecycle));
    if (!isStopping) logger.info(`${name} has started`);
  } catch (error) {
    if (isStopping) return;
    const hint = 'the error says what is missing: check the settings, Postgres and Redis';
    logger.fatal({ err: error, hint }, `${name} could not start`);
    await stop('failed start', 1);
  }
}
