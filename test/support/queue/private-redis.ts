import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { choosePort } from '@hopsmeter/stack';
import { Redis } from 'ioredis';

/** A redis-server of a test's own, set up as production must be. */
export type PrivateRedis = {
  readonly url: string;
  /** For looking at and changing the server from the outside. */
  connect(): Redis;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again with the same data. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: it keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

/** Reading an append-only file of some MB takes well below a second. */
const START_DEADLINE_MS = 15_000;

/** Starts a redis-server on a free port, with its data in a new directory. Needs `redis-server` on the PATH. */
export async function startPrivateRedis(settings: Readonly<Record<string, string>> = {}): Promise<PrivateRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-redis-'));
  const port = await choosePort();
  const url = `redis://127.0.0.1:${port}`;
  const all = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const clients: Redis[] = [];
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn('redis-server', args, { stdio: 'ignore' });
    server = started;
    const failed = once(started, 'exit').then(() => {
      throw new Error('redis-server ended at its start');
    });
    await Promise.race([waitUntilAnswering(url), failed]);
    failed.catch(() => undefined);
  };

  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    url,
    connect() {
      const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    kill,
    start,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async close() {
      for (const client of clients) client.disconnect();
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function waitUntilAnswering(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    const late = delay(START_DEADLINE_MS, undefined, { ref: false }).then(() => {
      throw new Error('redis-server did not answer in time');
    });
    await Promise.race([client.ping(), late]);
  } finally {
    client.disconnect();
  }
}
