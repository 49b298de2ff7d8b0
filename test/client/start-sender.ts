import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { startTestServer, type TestServer } from '../support/client/test-server.ts';

const SENDER = fileURLToPath(new URL('sender.mjs', import.meta.url));
const CLUSTER = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';

const lineSchema = z.object({
  kind: z.enum(['refused', 'ready', 'sending', 'kept', 'failed', 'done']),
  from: z.number().default(0),
  to: z.number().default(0),
  code: z.string().optional(),
  peakBytes: z.number().default(0),
});
export type Line = z.infer<typeof lineSchema>;

/** A process that sends, and what it has said so far. */
export type Sender = { readonly process: ChildProcess; readonly lines: Line[]; readonly ended: Promise<unknown> };

/** @param fileBlocksMax most KiB of any file that it writes; the kernel refuses what is beyond. */
export function startSender(settings: Readonly<Record<string, unknown>>, fileBlocksMax?: number): Sender {
  const args = [SENDER, JSON.stringify({ clusterId: CLUSTER, ...settings })];
  const child =
    fileBlocksMax === undefined
      ? spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('bash', ['-c', `ulimit -f ${fileBlocksMax}; exec "$0" "$@"`, process.execPath, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(lineSchema.parse(JSON.parse(text))));
  return { process: child, lines, ended: once(child, 'close') };
}

export async function startServer(): Promise<TestServer> {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  return server;
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-spool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** As the sender names its events. */
export const idOf = (index: number): string => (index % 100 === 99 ? `bad-${index}` : `e-${index}`);
export const idsOf = (lines: readonly Line[], kind: Line['kind']): string[] =>
  lines
    .filter((line) => line.kind === kind)
    .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => idOf(from + index)));
