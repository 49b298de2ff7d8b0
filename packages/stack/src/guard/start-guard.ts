import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLogFile } from '../process/log-file.ts';
import { claimName, forgetProcess, GUARD_NAME, recordProcess } from '../process/process-record.ts';
import { type Report, silent } from '../report.ts';
import { FAREWELL } from './farewell.ts';

/** A guard that watches this process. */
export interface Guard {
  readonly pid: number;
  /** Ends the guard; call it when every child has ended. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a small process that ends our children when we die without ending them, by SIGKILL or a crash: services first,
 * then Redis, then Postgres. It knows the children by their records in the directory and notices our end because the
 * pipe between us closes, which the kernel does for a killed process too, on Linux and macOS.
 *
 * A process beside us, not a pipe into each child: Postgres, Redis and docker cannot be taught to watch one, and
 * services in production need no code for it. In a session of its own, so that Ctrl-C does not end it before us.
 */
export async function startGuard(folder: string, report: Report = silent): Promise<Guard> {
  const directory = resolve(folder);
  await claimName(directory, GUARD_NAME, report);
  const log = openLogFile(`${directory}/guard.log`);
  const program = fileURLToPath(new URL('./main.js', import.meta.url));
  const child = spawn(process.execPath, [program, directory, String(process.pid)], {
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  });
  log.close();
  const exited = once(child, 'exit').then(() => undefined);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  // A guard that was killed is not worth ending for: the next run finds what we leave by the records.
  child.stdin?.on('error', () => undefined);
  // Neither the process nor the pipe keeps us running.
  child.unref();
  await recordProcess(directory, { name: GUARD_NAME, pid, stopSignal: 'SIGKILL' });
  return {
    pid,
    close: async () => {
      child.ref();
      child.stdin?.end(FAREWELL);
      await exited;
      await forgetProcess(directory, GUARD_NAME);
    },
  };
}
