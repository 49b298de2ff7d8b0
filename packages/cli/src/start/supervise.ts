import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessExit, Restartable } from '@hopsmeter/stack';
import { CliError } from '../cli-error.ts';

/** The first wait before a restart, doubled with each further one in a row. */
const BACKOFF_MIN_MS = 500;

/** The longest wait: a person who repairs something sees it taken up soon. */
const BACKOFF_MAX_MS = 15_000;

/** More crashes in a row than this are no accident: about a minute of trying. */
const RESTARTS_MAX = 8;

/** A process that lived this long has recovered: crashes before it do not count any more. */
const STABLE_AFTER_MS = 60_000;

/** EX_CONFIG of sysexits.h, with which our services say that a restart will not help. */
const EXIT_CONFIG = 78;

export type SuperviseOptions = {
  /** Where the process's last words are, for messages. */
  readonly logPath: string;
  readonly warn: (text: string) => void;
  /** Aborted when everything stops: an end is expected then. */
  readonly signal: AbortSignal;
  /** Default {@link BACKOFF_MIN_MS}. */
  readonly backoffMinMs?: number;
};

/**
 * Brings a process back whenever it ends by itself, with growing waits.
 *
 * @returns when everything stops. @throws CliError when the process does not stay up.
 */
export async function supervise(supervised: Restartable, options: SuperviseOptions): Promise<void> {
  const { logPath, warn, signal, backoffMinMs = BACKOFF_MIN_MS } = options;
  let crashes = 0;
  for (;;) {
    const runningSince = performance.now();
    const exit = await supervised.exited;
    if (signal.aborted) return;
    if (performance.now() - runningSince > STABLE_AFTER_MS) crashes = 0;
    let happened = `${supervised.name} ended ${describeExit(exit)}`;
    if (exit.code === EXIT_CONFIG) throw new CliError(`${happened}: its settings are wrong, see ${logPath}`);
    for (let isBack = false; !isBack; ) {
      if (++crashes > RESTARTS_MAX)
        throw new CliError(`${happened} and does not stay up after ${RESTARTS_MAX} restarts: see ${logPath}`);
      const waitMs = Math.min(backoffMinMs * 2 ** (crashes - 1), BACKOFF_MAX_MS);
      warn(`${happened}; starting it again in ${waitMs / 1_000} s (${crashes} of ${RESTARTS_MAX}, see ${logPath})`);
      if (!(await waitUnlessAborted(waitMs, signal))) return;
      isBack = await supervised.restart().then(
        () => true,
        () => false,
      );
      if (signal.aborted) return;
      happened = `${supervised.name} did not come up`;
    }
    warn(`${supervised.name} is back`);
  }
}

function describeExit({ code, signal }: ProcessExit): string {
  return signal === null ? `with code ${code ?? 'unknown'}` : `by ${signal}`;
}

/** @returns whether the wait came to its end. */
async function waitUnlessAborted(waitMs: number, signal: AbortSignal): Promise<boolean> {
  return sleep(waitMs, true, { signal }).catch(() => false);
}
