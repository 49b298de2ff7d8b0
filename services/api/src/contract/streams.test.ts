import { request } from 'node:http';
import { createHttpShell, createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { afterEach, expect, it, vi } from 'vitest';
import { createStreams, type StreamsOptions, type WritePiece } from './streams.ts';

let app: HttpApp;
let produced: { error: unknown } | undefined;

afterEach(() => app?.close());

async function start(produce: (write: WritePiece) => Promise<void>, options: StreamsOptions = {}): Promise<number> {
  const logger = createLogger({ name: 'test', destination: { write: () => undefined } });
  ({ app } = await createHttpShell({ logger, registry: createRegistry({ withProcess: false }), checks: {} }));
  const streams = createStreams(options);
  produced = undefined;
  app.get('/file', (_request, reply) =>
    streams.send(reply, { contentType: 'text/csv', fileName: 'a.csv' }, async (write) => {
      try {
        await produce(write);
        produced = { error: undefined };
      } catch (error) {
        produced = { error };
        throw error;
      }
    }),
  );
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
}

const get = (port: number) => fetch(`http://127.0.0.1:${port}/file`);

it('sends all pieces as a file', async () => {
  const answer = await get(
    await start(async (write) => {
      for (let n = 0; n < 3; n++) await write(`${n}\r\n`);
    }),
  );
  expect(await answer.text()).toBe('0\r\n1\r\n2\r\n');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a.csv"');
  expect(answer.headers.get('etag')).toBeNull();
});

it('answers what fails before the first piece as a problem', async () => {
  const port = await start(async () => {
    throw new RequestError('NOT_READY', 'later');
  });
  const answer = await get(port);
  expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: 'NOT_READY' })]);
});

it('cuts the connection when it fails later: half a file never looks whole', async () => {
  const port = await start(async (write) => {
    await write('half');
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('the database is gone');
  });
  await expect(get(port).then((answer) => answer.text())).rejects.toThrow();
});

it('waits for a slow client with little in memory, and stops when it is gone', async () => {
  let pieces = 0;
  const port = await start(async (write) => {
    for (; pieces < 10_000; pieces++) await write('x'.repeat(100_000));
  });
  const client = request({ port, path: '/file' }, (answer) => answer.pause());
  client.on('error', () => undefined).end();
  await vi.waitFor(() => expect(pieces).toBeGreaterThan(2), { timeout: 30_000 });
  let before = -1;
  await vi.waitFor(
    () => {
      const standsStill = pieces === before;
      before = pieces;
      expect(standsStill).toBe(true);
    },
    { interval: 200, timeout: 30_000 },
  );
  // What sockets hold, not what was to be sent.
  expect(pieces).toBeLessThan(200);
  client.destroy();
  await vi.waitFor(() => expect(produced?.error).toMatchObject({ message: 'the client is gone' }), { timeout: 30_000 });
});

it('refuses more files at once than it may send, until one is sent', async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const port = await start(
    async (write) => {
      await write('first');
      await finished;
    },
    { atOnceMax: 1 },
  );
  const first = await get(port);
  const refused = await get(port);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
  finish();
  expect(await first.text()).toBe('first');
  await vi.waitFor(async () => expect(await (await get(port)).text()).toBe('first'), { timeout: 30_000 });
});

it('gives up a client that takes nothing, and makes room for the next', async () => {
  let isSlow = true;
  const port = await start(
    async (write) => {
      if (isSlow) for (let n = 0; n < 10_000; n++) await write('x'.repeat(100_000));
      else await write('next');
    },
    { atOnceMax: 1, stallTimeoutMs: 300 },
  );
  const client = request({ port, path: '/file' }, (answer) => answer.pause());
  client.on('error', () => undefined).end();
  await vi.waitFor(() => expect(produced?.error).toMatchObject({ message: 'the client took nothing for too long' }), {
    timeout: 30_000,
  });
  isSlow = false;
  expect(await (await get(port)).text()).toBe('next');
  client.destroy();
});
