// The guard's process, see start-guard.ts: `node main.js DIRECTORY PID-OF-THE-GUARDED`.
import { identifyProcess } from '../process/process-identity.ts';
import { endOrphans, forgetProcess, GUARD_NAME } from '../process/process-record.ts';
import { waitUntil } from '../process/wait-until.ts';
import { FAREWELL } from './farewell.ts';

/** The kernel closes a dying process's files before it is gone: milliseconds, more when it gives back much memory. */
const GONE_DEADLINE_MS = 30_000;

const [directory = '.', pid = ''] = process.argv.slice(2);
const guarded = Number(pid);
const identity = await identifyProcess(guarded);

// Whoever signals all of us at once, as systemd does, ends the guarded process; the guard goes after it.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

let heard = '';
for await (const chunk of process.stdin.setEncoding('utf8')) heard += chunk;

if (heard !== FAREWELL) {
  const report = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  report(`process ${guarded} ended without stopping what it started`);
  const isGone = async () => identity === undefined || (await identifyProcess(guarded)) !== identity;
  await waitUntil(isGone, GONE_DEADLINE_MS);
  await endOrphans(directory, report);
  await forgetProcess(directory, GUARD_NAME);
}
