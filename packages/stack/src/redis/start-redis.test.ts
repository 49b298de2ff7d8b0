import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Redis, startRedis } from './start-redis.ts';

/** Covers getting Redis on a machine that has none. */
const TEST_DEADLINE_MS = 300_000;

let directory: string;
let redis: Redis;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter redis-'));
  redis = await startRedis({ directory });
}, TEST_DEADLINE_MS);

afterAll(async () => {
  await redis?.close();
  await rm(directory, { recursive: true, force: true });
}, TEST_DEADLINE_MS);

test('runs with the settings that the promises need', async () => {
  expect(await command('config get appendfsync')).toContain('always');
  expect(await command('config get appendonly')).toContain('yes');
  expect(await command('config get maxmemory-policy')).toContain('noeviction');
  expect(await command('config get maxmemory')).toContain(String(1024 ** 3));
  expect(await command('config get bind')).toContain('127.0.0.1');
});

test('keeps acknowledged writes over kill -9 and a restart, on the same address', async () => {
  expect(await command('set survivor yes')).toBe('+OK');
  const { pid, url } = redis;
  await redis.kill('SIGKILL');
  await redis.restart();
  expect(redis.pid).not.toBe(pid);
  expect(redis.url).toBe(url);
  expect(await command('get survivor')).toContain('yes');
});

test('ends a paused Redis', { timeout: 30_000 }, async () => {
  await redis.kill('SIGSTOP');
  await redis.restart();
  expect(await command('ping')).toBe('+PONG');
});

test('refuses a second start beside the first and names its pid', async () => {
  await expect(startRedis({ directory })).rejects.toThrow(`pid ${redis.pid}`);
});

test('keeps the password to its owner', async () => {
  for (const file of ['password', 'redis.conf']) {
    expect((await stat(join(directory, 'redis', file))).mode & 0o777).toBe(0o600);
  }
});

test('finds its data at the next start', async () => {
  expect(await command('set kept yes')).toBe('+OK');
  await redis.close();
  redis = await startRedis({ directory });
  expect(await command('get kept')).toContain('yes');
});

test('avoids a port that is taken, unless it was asked for', async () => {
  await redis.close();
  const other = createServer();
  other.listen(63_799, '127.0.0.1');
  // When another stack has the port already, that serves the test as well.
  await once(other, 'listening').catch(() => undefined);
  try {
    await expect(startRedis({ directory, port: 63_799 })).rejects.toThrow('Port 63799 on 127.0.0.1 is taken');
    redis = await startRedis({ directory });
    expect(redis.port).not.toBe(63_799);
  } finally {
    other.close();
  }
});

/** Sends one command; every answer here fits one packet on the loopback. */
async function command(text: string): Promise<string> {
  const password = await readFile(join(directory, 'redis/password'), 'utf8');
  const socket = connect(redis.port, '127.0.0.1');
  socket.setEncoding('utf8');
  await once(socket, 'connect');
  socket.write(`auth ${password}\r\n`);
  await once(socket, 'data');
  socket.write(`${text}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).trim();
}
