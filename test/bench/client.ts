import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, type ClientOptions, createClient, type UsageEvent } from '@hopsmeter/client';
import { z } from 'zod';
import { readResidentBytes, readUsage } from './process-usage.ts';

/**
 * `npm run bench -- --only client`: events a second that one process sends in batches of 1,000 to a server that only
 * answers, without a spool and with one, and how long a spool takes that has filled while the server was away.
 */

const EVENTS_PER_BATCH = 1_000;
const WARM_UP_MS = 2_000;
const SECONDS = 10;

/** Calls of `send` under way at once. */
const CALLS = 8;

/** Half a million events wait, some 200 MB. */
const BACKLOG_BATCHES = 500;

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

const required = { key: 'secret', clusterId: '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10' };
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-bench-'));
const { server, url } = await startServer();
try {
  console.log(`batches of ${whole(EVENTS_PER_BATCH)}, ${CALLS} calls at once, ${SECONDS} s each, events/s`);
  await report('without a spool', {});
  await report('without a spool, not compressed', { gzip: false });
  await report('with a spool', { spoolDirectory: join(directory, 'sending') });
  await reportBacklog(join(directory, 'backlog'));
  console.log(`  peak memory              ${whole(readUsage(process.pid).peakMemoryBytes / 2 ** 20)} MB`);
} finally {
  server.disconnect();
  await rm(directory, { recursive: true, force: true });
}

async function report(name: string, options: Partial<ClientOptions>): Promise<void> {
  const client = await createClient({ url, ...required, ...options });
  const stopping = new AbortController();
  const calls = Promise.all(Array.from({ length: CALLS }, () => sendUntil(client, stopping.signal)));
  await delay(WARM_UP_MS);
  const before = { accepted: client.stats().accepted, at: performance.now(), ...readUsage(process.pid) };
  await delay(SECONDS * 1_000);
  const accepted = client.stats().accepted - before.accepted;
  const seconds = (performance.now() - before.at) / 1_000;
  const cpuMicros = ((readUsage(process.pid).cpuSeconds - before.cpuSeconds) / accepted) * 1_000_000;
  stopping.abort();
  await calls;
  await client.flush();
  await client.close();
  const rate = whole(accepted / seconds).padStart(8);
  console.log(`  ${name.padEnd(32)}${rate} acknowledged, ${cpuMicros.toFixed(1)} µs of CPU each`);
}

async function sendUntil(client: Client, signal: AbortSignal): Promise<void> {
  const events = createEvents(client);
  while (!signal.aborted) await client.send(events);
}

async function reportBacklog(spoolDirectory: string): Promise<void> {
  const away = await createClient({ url: NOWHERE, ...required, spoolDirectory, closeTimeoutMs: 0 });
  const events = createEvents(away);
  const filledAt = performance.now();
  for (let batch = 0; batch < BACKLOG_BATCHES; batch++) await away.send(events);
  const fillSeconds = (performance.now() - filledAt) / 1_000;
  await away.close();

  const client = await createClient({ url, ...required, spoolDirectory });
  const emptiedAt = performance.now();
  await client.flush();
  const emptySeconds = (performance.now() - emptiedAt) / 1_000;
  const resident = readResidentBytes(process.pid) / 2 ** 20;
  await client.close();
  const count = BACKLOG_BATCHES * EVENTS_PER_BATCH;
  console.log(`  a backlog of ${whole(count)}: ${whole(count / fillSeconds)} taken over one call after the other,`);
  console.log(
    `    ${whole(count / emptySeconds)} acknowledged when the server is back, ${whole(resident)} MB resident`,
  );
}

/** What a busy cluster reports of an hour. The same events each time: the server only answers. */
function createEvents({ events }: Client): readonly UsageEvent[] {
  const window = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
  return Array.from({ length: EVENTS_PER_BATCH }, (_, index) =>
    events.compute({ namespace: `ns-${index}`, window, cpuCoreHours: '0.734512', gpuHours: 0, ramByteHours: 2 ** 31 }),
  );
}

async function startServer(): Promise<{ readonly server: ChildProcess; readonly url: string }> {
  const file = fileURLToPath(new URL('answering-server.js', import.meta.url));
  const server = fork(file, [String(EVENTS_PER_BATCH)]);
  const [address] = await once(server, 'message');
  return { server, url: `http://127.0.0.1:${z.object({ port: z.number() }).parse(address).port}` };
}
