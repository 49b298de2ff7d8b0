import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  eventOf,
  eventsOf,
  eventually,
  startServer,
  startTestClient,
} from '@hopsmeter/test/support/client/test-client.ts';
import { answer, refuseSome } from '@hopsmeter/test/support/client/test-server.ts';
import { expect, it, onTestFinished } from 'vitest';

const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

it('sends as ingest wants it, compressed, over one connection that is kept', async () => {
  const server = await startServer();
  const client = await startTestClient({ url: `${server.url}/usage/`, connections: 1 });
  for (const part of ['a', 'b', 'c'])
    expect(await client.send(eventsOf(100, part))).toEqual({ spooled: 0, accepted: 100, refused: [] });
  expect(server.requests).toHaveLength(3);
  expect(new Set(server.requests.map(({ remotePort }) => remotePort)).size).toBe(1);
  for (const { path, headers, bytes, body } of server.requests) {
    expect(path).toBe('/usage/api/v1/events');
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents-batch+json',
      'content-encoding': 'gzip',
      authorization: 'Bearer secret',
    });
    expect(bytes).toBeLessThan(body.length / 5);
  }
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(eventsOf(100, 'a'));
});

it('makes batches by count, by bytes and by time', async () => {
  const server = await startServer();
  const client = await startTestClient({ url: server.url, batchEventsMax: 10, batchBytesMax: 2_600, connections: 1 });
  await Promise.all(eventsOf(25).map((event) => client.send(event)));
  await client.send(eventsOf(6, 'long').map((event) => ({ ...event, data: { text: 'x'.repeat(1_000) } })));
  const sizes = server.requests.map(({ ids }) => ids.length);
  expect(sizes.slice(0, 3)).toEqual([10, 10, 5]);
  expect(sizes.slice(3).every((size) => size <= 2)).toBe(true);
  expect(server.accepted).toHaveLength(31);
});

it('hands back what ingest refuses, each event with its codes, and never sends it again', async () => {
  const server = await startServer();
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) => (id.startsWith('bad') ? { code: 'INVALID_QUANTITY' } : undefined)),
  );
  const client = await startTestClient({ url: server.url });
  const receipt = await client.send([eventOf('a'), eventOf('bad-1'), eventOf('b'), eventOf('bad-2')]);
  expect(receipt).toMatchObject({ accepted: 2, refused: [{ id: 'bad-1' }, { id: 'bad-2', event: eventOf('bad-2') }] });
  expect(receipt.refused[0]?.problems).toEqual([{ code: 'INVALID_QUANTITY', pointer: '/data', detail: 'of the test' }]);
  expect(await client.send(eventOf('bad-3'))).toMatchObject({ accepted: 0, refused: [{ id: 'bad-3' }] });
  await eventually(() => expect(idsOf(client.refusals)).toEqual(['bad-1', 'bad-2', 'bad-3']));
  expect(server.requests).toHaveLength(2);
  expect(client.stats()).toMatchObject({ accepted: 2, refused: 3 });
});

it.each([
  [413, { code: 'BODY_TOO_LARGE', detail: 'x' }, 'BODY_TOO_LARGE'],
  [400, { code: 'INVALID_JSON', detail: 'x' }, 'INVALID_JSON'],
  [413, '<html>', 'HTTP_413'],
  [403, '<html>', 'HTTP_403'],
])('finds the one event because of which %i %j refuses all of its request', async (status, body, code) => {
  const server = await startServer();
  server.behave(({ ids }, response) => {
    if (ids.includes('e-37')) answer(response, status, body);
  });
  const client = await startTestClient({ url: server.url });
  const receipt = await client.send(eventsOf(100));
  expect(receipt).toMatchObject({ accepted: 99, refused: [{ id: 'e-37', problems: [{ code }] }] });
  expect(new Set(server.accepted).size).toBe(99);
  expect(server.requests.length).toBeLessThan(20);
});

it('does not take a filter that refuses everything for the fault of the events', async () => {
  const server = await startServer();
  server.behave((_request, response) => answer(response, 400, 'a proxy'));
  const client = await startTestClient({ url: server.url }, { waitScale: 0.001 });
  const sent = client.send(eventsOf(1_000));
  await eventually(() => expect(client.problems.length).toBeGreaterThan(1));
  expect(client.problems[0]).toMatchObject({ code: 'REQUEST_REFUSED', message: 'HTTP_400: "a proxy"' });
  expect(server.requests.length / (client.problems.length + 1)).toBeLessThan(20);
  server.behave(() => undefined);
  expect(await sent).toMatchObject({ accepted: 1_000, refused: [] });
});

it.each([
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [403, 'FOREIGN_SOURCE_ONLY'],
])(
  'keeps events while ingest refuses the key with %i %s, says so, and sends them with the next key',
  async (status, code) => {
    const server = await startServer();
    let key = 'revoked';
    server.behave(({ headers, ids }, response) => {
      const errors = ids.map((id, index) => ({ index, id, code: 'FOREIGN_SOURCE', pointer: '/source', detail: '' }));
      if (headers.authorization !== 'Bearer new') answer(response, status, { code, detail: 'no', errors });
    });
    const client = await startTestClient({ url: server.url, key: async () => `${key}\n` }, { waitScale: 0.001 });
    const sent = client.send(eventsOf(5));
    await eventually(() => expect(client.problems.length).toBeGreaterThan(2));
    expect(client.problems[0]).toMatchObject({ code: 'KEY_REFUSED', message: `${code}: no` });
    // Slowly: once a minute or so.
    expect(client.problems[0]?.retryInMs).toBeGreaterThan(40_000);
    expect(client.stats()).toMatchObject({ accepted: 0, isPaused: true });
    key = 'new';
    expect(await sent).toMatchObject({ accepted: 5, refused: [] });
  },
);

it('waits as long as Retry-After says, all senders together, and not much longer', async () => {
  const server = await startServer();
  const times: number[] = [];
  server.behave((_request, response, index) => {
    times.push(performance.now());
    if (index < 1) answer(response, 429, { code: 'RATE_LIMITED' }, { 'retry-after': '30' });
  });
  const client = await startTestClient({ url: server.url, connections: 4, batchEventsMax: 1 });
  await client.send(eventOf('first'));
  await client.send(eventsOf(4));
  // 30 s are 300 ms here.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(299);
  expect(client.problems).toMatchObject([{ code: 'BUSY' }]);
  expect(client.problems[0]?.retryInMs).toBeLessThanOrEqual(33_000);
});

it('understands a Retry-After that is a date, by the clock of the server', async () => {
  const server = await startServer();
  server.behave((_request, response, index) => {
    const headers = { date: 'Sun, 01 Jan 2012 00:00:00 GMT', 'retry-after': 'Sun, 01 Jan 2012 00:00:10 GMT' };
    if (index === 0) answer(response, 503, {}, headers);
  });
  const client = await startTestClient({ url: server.url });
  await client.send(eventOf('a'));
  expect(client.problems[0]?.retryInMs).toBeGreaterThanOrEqual(10_000);
  expect(client.problems[0]?.retryInMs).toBeLessThanOrEqual(11_000);
});

it('sends events that are ahead of the clock again when ingest says, and holds up no others', async () => {
  const server = await startServer();
  let isEarly = true;
  const early = { code: 'TIME_IN_FUTURE', retryAfterSeconds: 20 };
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) => (isEarly && id.startsWith('early') ? early : undefined)),
  );
  const client = await startTestClient({ url: server.url });
  const sent = client.send([eventOf('a'), eventOf('early-1'), eventOf('b')]);
  const alone = client.send(eventOf('early-2'));
  await client.flush();
  expect(await client.send(eventOf('c'))).toMatchObject({ accepted: 1 });
  expect([...server.accepted].sort()).toEqual(['a', 'b', 'c']);
  isEarly = false;
  expect(await Promise.all([sent, alone])).toMatchObject([{ accepted: 3 }, { accepted: 1 }]);
  expect([...server.accepted].sort()).toEqual(['a', 'b', 'c', 'early-1', 'early-2']);
  expect(client.problems).toEqual([]);
});

it('sends the same events again when the answer is cut off, missing, late or not from ingest', async () => {
  const server = await startServer();
  server.behave(async ({ ids }, response, index) => {
    const whole = JSON.stringify({ accepted: ids.length, rejected: 0, errors: [] });
    if (index === 0) response.socket?.destroy();
    if (index === 1)
      response.writeHead(202, { 'content-length': '100' }).write(whole, () => response.socket?.destroy());
    if (index === 2) await once(response, 'close');
    if (index === 3) response.writeHead(202).end('<html>welcome</html>');
    if (index === 4) answer(response, 202, { accepted: ids.length - 1, rejected: 0, errors: [] });
    if (index === 5) answer(response, 200, { accepted: ids.length, rejected: 0, errors: [] });
    if (index === 6) response.writeHead(302, { location: '/elsewhere' }).end();
    if (index === 7) answer(response, 502, 'bad gateway');
  });
  const client = await startTestClient({ url: server.url, requestTimeoutMs: 200 }, { waitScale: 0.001 });
  expect(await client.send(eventsOf(3))).toMatchObject({ accepted: 3 });
  expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
  expect(client.problems.map(({ code }) => code)).toEqual([
    'NO_ANSWER',
    'NO_ANSWER',
    'NO_ANSWER',
    'REQUEST_REFUSED',
    'REQUEST_REFUSED',
    'REQUEST_REFUSED',
    'REQUEST_REFUSED',
    'NO_ANSWER',
  ]);
  expect(client.stats()).toMatchObject({ accepted: 3, retries: 8, requests: 9, unanswered: 24 });
});

it('goes on trying while the host is unknown, nobody listens, or a server says nothing', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  for (const url of ['http://no-such-host.invalid', 'http://127.0.0.1:1', `http://127.0.0.1:${port}`]) {
    const client = await startTestClient({ url, requestTimeoutMs: 100 }, { waitScale: 0.001 });
    const sent = client.send(eventOf('a'));
    await eventually(() => expect(client.problems.length).toBeGreaterThan(3));
    expect(client.problems.every(({ code }) => code === 'NO_ANSWER')).toBe(true);
    const waits = client.problems.map(({ retryInMs = 0 }) => retryInMs);
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits[3]).toBeGreaterThanOrEqual(4_000);
    await expect(Promise.all([sent, client.close()])).rejects.toMatchObject({ code: 'CLOSED' });
  }
});

it('waits no shorter and no longer when the clock of the machine jumps', async () => {
  const server = await startServer();
  server.behave((_request, response, index) => {
    if (index === 0) answer(response, 503, {}, { 'retry-after': '20' });
  });
  const client = await startTestClient({ url: server.url });
  const startedAt = performance.now();
  const sent = client.send(eventOf('a'));
  await eventually(() => expect(client.problems).toHaveLength(1));
  const real = Date.now;
  Date.now = () => real() + 10 * 365 * 86_400_000;
  await sent;
  Date.now = () => real() - 10 * 365 * 86_400_000;
  await client.send(eventOf('b'));
  Date.now = real;
  expect(performance.now() - startedAt).toBeGreaterThan(199);
  expect(server.accepted).toEqual(['a', 'b']);
});

it('refuses what cannot be an event of its cluster, and then takes nothing of the call', async () => {
  const server = await startServer();
  const client = await startTestClient({ url: server.url });
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  for (const bad of [
    { ...eventOf('a'), id: '' },
    { ...eventOf('a'), id: 'x'.repeat(257) },
    { ...eventOf('a'), source: 'urn:hopsworks:cluster:other' },
    { ...eventOf('a'), source: `${eventOf('a').source}x` },
    eventOf('a', circular),
    eventOf('a', { number: 1n }),
    eventOf('a', { text: 'x'.repeat(6 * 2 ** 20) }),
  ])
    await expect(client.send([eventOf('good'), bad])).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  expect(await client.send([])).toEqual({ spooled: 0, accepted: 0, refused: [] });
  expect(server.requests).toEqual([]);
});

it('holds no more in memory than it may', async () => {
  const server = await startServer();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.behave(() => held);
  const client = await startTestClient({ url: server.url, memoryBytesMax: 100_000 });
  const sent: Promise<unknown>[] = [];
  await expect(
    (async () => {
      for (let part = 0; part < 100; part++) {
        const sending = client.send(eventsOf(50, `p${part}`));
        // One that is refused says so at once.
        await Promise.race([sending, new Promise(setImmediate)]);
        sent.push(sending);
      }
    })(),
  ).rejects.toMatchObject({ code: 'BUFFER_FULL', isRetryable: true });
  expect(sent.length).toBeGreaterThan(5);
  expect(client.stats().waitingBytes).toBeLessThanOrEqual(100_000);
  release();
  await Promise.all(sent);
  expect(client.stats().waitingBytes).toBe(0);
  await client.send(eventsOf(50, 'more'));
});

it('sends on closing what it can, and says of the rest that it was not acknowledged', async () => {
  const server = await startServer();
  const client = await startTestClient({ url: server.url, batchWaitMs: 60_000 });
  const sent = client.send(eventOf('a'));
  await client.close();
  expect(await sent).toMatchObject({ accepted: 1 });
  await expect(client.send(eventOf('b'))).rejects.toMatchObject({ code: 'CLOSED', isRetryable: false });
  await expect(client.flush()).rejects.toMatchObject({ code: 'CLOSED' });

  server.behave((_request, response) => answer(response, 500, {}));
  const other = await startTestClient({ url: server.url });
  const [lost, closed] = await Promise.allSettled([other.send(eventOf('c')), other.close()]);
  expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } });
  expect(closed.status).toBe('fulfilled');
});

it('flushes at once, and says when that takes too long', async () => {
  const server = await startServer();
  const client = await startTestClient({ url: server.url, batchWaitMs: 60_000 });
  const sent = client.send(eventOf('a'));
  await client.flush();
  expect(await sent).toMatchObject({ accepted: 1 });
  server.behave((_request, response) => answer(response, 500, {}));
  const late = client.send(eventOf('b'));
  await expect(client.flush({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'FLUSH_TIMEOUT' });
  server.behave(() => undefined);
  expect(await late).toMatchObject({ accepted: 1 });
});

it.each([
  { url: 'ftp://x' },
  { url: 'x' },
  { url: 'http://user:password@x' },
  { url: 'http://x/?a' },
  { key: ' ' },
  { clusterId: '' },
  { clusterId: 'a/b' },
  { sourcePath: 'x' },
  { sourcePath: '/ü' },
  { spoolDirectory: '' },
  { batchEventsMax: 0 },
  { batchEventsMax: 5_001 },
  { connections: Number.NaN },
])('refuses the options %j', async (option) => {
  await expect(startTestClient({ url: 'http://127.0.0.1:1', ...option })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
