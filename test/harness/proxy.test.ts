import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startProxy, type TestProxy } from './proxy.ts';

let server: Server;
let proxy: TestProxy;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        received.push(String(bytes));
        socket.write(`re:${bytes}`);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Long enough for an answer that must not come. One that must come may take much longer on a busy machine. */
const SILENCE_MS = 300;

/** Sends a text; the answer, or how the connection ended, or nothing within the time. */
async function ask(socket: Socket, text: string, withinMs = 30_000): Promise<string> {
  const over = new AbortController();
  const { signal } = over;
  socket.write(text);
  const answer = await Promise.race([
    once(socket, 'data', { signal }).then(String),
    once(socket, 'close', { signal }).then(() => 'closed'),
    delay(withinMs, 'nothing'),
  ]).catch((error: Error) => ('code' in error ? String(error.code) : error.message));
  over.abort();
  return answer;
}

it('passes both ways', async () => {
  const socket = await open();
  expect(await ask(socket, 'a')).toBe('re:a');
  expect(await ask(socket, 'b')).toBe('re:b');
});

it('holds everything back in a black hole and delivers it afterwards', async () => {
  const socket = await open();
  proxy.set({ kind: 'black-hole' });
  expect(await ask(socket, 'a', SILENCE_MS)).toBe('nothing');
  expect(received).toEqual([]);
  proxy.set({ kind: 'pass' });
  expect(String((await once(socket, 'data'))[0])).toBe('re:a');
});

it('forgets half-open connections when it is over', async () => {
  const socket = await open();
  proxy.set({ kind: 'half-open' });
  expect(await ask(socket, 'a', SILENCE_MS)).toBe('nothing');
  proxy.set({ kind: 'pass' });
  expect(String((await once(socket, 'error'))[0])).toContain('ECONNRESET');
  expect(received).toEqual([]);
  expect(await ask(await open(), 'b')).toBe('re:b');
});

it('resets open and new connections', async () => {
  const socket = await open();
  expect(await ask(socket, 'a')).toBe('re:a');
  const ended = once(socket, 'error');
  proxy.set({ kind: 'reset' });
  expect(String((await ended)[0])).toContain('ECONNRESET');
  const refused = connect(proxy.port, '127.0.0.1');
  expect(String((await once(refused, 'error'))[0])).toContain('ECONNRESET');
});

it('loses a reply that the server has sent', async () => {
  const socket = await open();
  proxy.set({ kind: 'drop-reply' });
  expect(await ask(socket, 'a')).toBe('ECONNRESET');
  expect(received).toEqual(['a']);
});

it('cuts a connection after so many bytes of the server', async () => {
  const socket = await open();
  proxy.set({ kind: 'cut', afterBytes: 5 });
  expect(await ask(socket, 'a')).toBe('re:a');
  expect(await ask(socket, 'b')).toBe('ECONNRESET');
});

it('delays, in order', async () => {
  const socket = await open();
  proxy.set({ kind: 'latency', ms: 50 });
  const startedAt = performance.now();
  expect(await ask(socket, 'a')).toBe('re:a');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(98);
  proxy.set({ kind: 'slow', bytesPerSecond: 20 });
  expect(await ask(socket, 'b')).toBe('re:b');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(280);
});
