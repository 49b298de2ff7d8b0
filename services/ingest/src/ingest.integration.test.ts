import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { type BatchProducer, createBatchConsumer, createBatchProducer, type UnreadableBatch } from '@hopsmeter/queue';
import { createEvent, createTestIngest, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { type PrivateRedis, startPrivateRedis } from '@hopsmeter/test/support/queue/private-redis.ts';
import type { Batch } from '@hopsmeter/usage';
import { afterEach, expect, it, vi } from 'vitest';

const queueLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const prefix = '{test}';
const soon = { timeout: 20_000, interval: 25 };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});

type Running = TestIngest & { readonly redis: PrivateRedis; readonly producer: BatchProducer; readonly port: number };

async function start(): Promise<Running> {
  const redis = await startPrivateRedis();
  closers.push(redis.close);
  const producer = createBatchProducer({ redisUrl: redis.url, prefix, logger: queueLogger });
  closers.push(producer.close);
  await producer.ready();
  const ingest = await createTestIngest({ queue: producer });
  closers.push(() => ingest.app.close());
  const { port } = new URL(await ingest.app.listen({ port: 0, host: '127.0.0.1' }));
  await vi.waitFor(async () => expect((await ingest.app.inject('/readyz')).statusCode).toBe(200), soon);
  return { ...ingest, redis, producer, port: Number(port) };
}

function collectIds(redis: PrivateRedis): Set<string> {
  const ids = new Set<string>();
  const process = async (delivery: Batch | UnreadableBatch): Promise<void> => {
    if ('events' in delivery) for (const { id } of delivery.events) ids.add(id);
  };
  const consumer = createBatchConsumer({ redisUrl: redis.url, prefix, concurrency: 2, process, logger: queueLogger });
  closers.push(() => consumer.close(1_000));
  return ids;
}

it('delivers what it acknowledged, and shares jobs between requests that arrive together', async () => {
  const { post, redis, producer } = await start();
  const names = Array.from({ length: 200 }, (_, i) => `e-${i}`);
  const answers = await Promise.all(names.map((id) => post(createEvent({ id }))));
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
  expect((await producer.status()).waiting).toBeLessThan(50);
  const ids = collectIds(redis);
  await vi.waitFor(() => expect([...ids].sort()).toEqual([...names].sort()), soon);
});

it('loses nothing that it acknowledged while Redis is killed and comes back', async () => {
  const { post, redis, app } = await start();
  const acknowledged = new Set<string>();
  const statuses = new Set<number>();
  let isRunning = true;
  const sending = Array.from({ length: 8 }, async (_, sender) => {
    for (let i = 0; isRunning; i++) {
      const id = `${sender}-${i}`;
      const { statusCode, headers } = await post(createEvent({ id }));
      statuses.add(statusCode);
      if (statusCode === 202) acknowledged.add(id);
      else expect(headers['retry-after']).toBeDefined();
    }
  });
  await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(200), soon);
  await redis.kill();
  await vi.waitFor(() => expect(statuses).toContain(503), soon);
  await redis.start();
  await vi.waitFor(async () => expect((await app.inject('/readyz')).statusCode).toBe(200), soon);
  const before = acknowledged.size;
  await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 50), soon);
  isRunning = false;
  await Promise.all(sending);
  expect([...statuses].sort()).toEqual([202, 503]);
  const ids = collectIds(redis);
  await vi.waitFor(() => expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]), soon);
});

it('keeps a connection usable after it refused a body that was still on its way', async () => {
  const { port } = await start();
  const large = Buffer.alloc(8 << 20, 'x');
  const received = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      // The key is missing: refused before the body is read. Then another request on the same connection.
      socket.write(
        `POST /api/v1/events HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: ` +
          `${large.length}\r\n\r\n`,
      );
      socket.write(large);
      socket.write('GET /livez HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n');
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
});

it('cuts a sender off that streams without end', async () => {
  const { port, key } = await start();
  const chunk = Buffer.alloc(1 << 20, ' ');
  const status = await new Promise<number | undefined>((resolve) => {
    let answered: number | undefined;
    const sender = request({
      port,
      method: 'POST',
      path: '/api/v1/events',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    sender.on('response', ({ statusCode }) => {
      answered = statusCode;
    });
    sender.on('error', () => undefined);
    sender.on('close', () => resolve(answered));
    const write = (): void => {
      if (!sender.destroyed) sender.write(chunk, () => setImmediate(write));
    };
    write();
  });
  expect(status).toBe(413);
});

it('finishes requests in flight when it closes', async () => {
  const { app, port, key, redis } = await start();
  const agent = new Agent({ keepAlive: true });
  const payload = JSON.stringify(createEvent({ id: 'last' }));
  const answered = new Promise<number | undefined>((resolve, reject) => {
    const sender = request({
      port,
      agent,
      method: 'POST',
      path: '/api/v1/events',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': payload.length },
    });
    sender.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sender.on('error', reject);
    // The rest of the body comes after closing began.
    app.server.once('request', () => {
      void app.close();
      setTimeout(() => sender.end(payload.slice(10)), 100);
    });
    sender.write(payload.slice(0, 10));
  });
  expect(await answered).toBe(202);
  agent.destroy();
  const ids = collectIds(redis);
  await vi.waitFor(() => expect([...ids]).toEqual(['last']), soon);
});
