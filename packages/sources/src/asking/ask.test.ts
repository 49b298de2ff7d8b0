import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { checkIsNow, checkIsOver } from './check-clock.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path`);
}

const question = (url: URL, changes: object = {}) => ({
  url,
  whom: 'the test',
  timeoutMs: 30_000,
  signal: new AbortController().signal,
  ...changes,
});

const HOUR = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };

it('reads an answer to its end, with the time that the server says it is', async () => {
  const url = await serve((request, response) => {
    response.setHeader('date', 'Sun, 22 Nov 2026 14:00:05 GMT');
    response.end(`${request.method} ${request.headers.authorization}`);
  });
  expect(await ask(question(url, { headers: { authorization: 'Bearer x' } }))).toEqual({
    status: 200,
    text: 'GET Bearer x',
    serverTime: Date.UTC(2026, 10, 22, 14, 0, 5),
  });
});

it.each([
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [302, 'ANSWER_FAILED'],
  [404, 'ANSWER_FAILED'],
  [500, 'ANSWER_FAILED'],
])('says what was said with a %i', async (status, code) => {
  const url = await serve((_, response) => {
    response.writeHead(status, { location: 'http://127.0.0.1:1/' });
    response.end(`no\n${'x'.repeat(500)}`);
  });
  const error = { code, isRetryable: true, message: `the test answered ${status}: no ${'x'.repeat(197)}…` };
  await expect(ask(question(url))).rejects.toMatchObject(error);
});

it('tells a server that is away from one that hangs, is cut off or answers without end', async () => {
  await expect(ask(question(new URL('http://127.0.0.1:1/')))).rejects.toMatchObject({ code: 'UNREACHABLE' });
  const hanging = await serve(() => undefined);
  await expect(ask(question(hanging, { timeoutMs: 50 }))).rejects.toMatchObject({ code: 'TIMED_OUT' });
  const cut = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  await expect(ask(question(cut))).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
  const large = await serve((_, response) => response.end('x'.repeat(101)));
  await expect(ask(question(large, { bytesMax: 100 }))).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
  expect((await ask(question(large, { bytesMax: 101 }))).text).toHaveLength(101);
});

it('ends when it is told to, with the reason', async () => {
  const hanging = await serve(() => undefined);
  const stop = new AbortController();
  const asked = ask(question(hanging, { signal: stop.signal }));
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});

it('takes no answer about an hour that is not over for the server', () => {
  const at = (time: string) => () => checkIsOver(HOUR, Date.parse(time), 'the test');
  expect(at('2026-11-22T14:00:00Z')).not.toThrow();
  expect(at('2026-11-22T13:59:57Z')).toThrow(expect.objectContaining({ code: 'CLOCK_DIFFERS' }));
  expect(() => checkIsOver(HOUR, undefined, 'the test')).not.toThrow();
});

it('takes no sample for another hour than that of the server', () => {
  const at = (time: string) => () => checkIsNow(HOUR, Date.parse(time), 'the test');
  expect(at('2026-11-22T13:00:00Z')).not.toThrow();
  expect(at('2026-11-22T13:59:59Z')).not.toThrow();
  expect(at('2026-11-22T12:59:57Z')).toThrow(expect.objectContaining({ code: 'CLOCK_DIFFERS' }));
  expect(at('2026-11-22T14:00:02Z')).toThrow(expect.objectContaining({ code: 'CLOCK_DIFFERS' }));
});
