import { appendFile, mkdir, readdir, readFile, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventOf,
  eventsOf,
  eventually,
  makeFolder,
  startServer,
  startTestClient,
} from '@hopsmeter/test/support/client/test-client.ts';
import { answer, refuseSome } from '@hopsmeter/test/support/client/test-server.ts';
import { expect, it } from 'vitest';

const NOBODY = 'http://127.0.0.1:1';
const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);
const segmentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.segment')).map((name) => join(folder, name));

it('takes events over while ingest is away, and the next client sends them, the oldest first', async () => {
  const spoolDirectory = await makeFolder();
  const away = await startTestClient({ url: NOBODY, spoolDirectory });
  expect(await away.send(eventsOf(2_500))).toEqual({ spooled: 2_500, accepted: 0, refused: [] });
  await away.send(eventOf('last'));
  await expect(away.flush({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'FLUSH_TIMEOUT' });
  expect(away.stats().waitingBytes).toBeGreaterThan(100_000);
  expect(away.stats().oldestAgeMs).toBeGreaterThan(10);
  await away.close();

  const server = await startServer();
  const client = await startTestClient({ url: server.url, spoolDirectory, connections: 1 });
  await client.flush();
  expect(server.accepted).toEqual([...idsOf(eventsOf(2_500)), 'last']);
  expect(client.stats()).toMatchObject({ accepted: 2_501, waitingBytes: 0, oldestAgeMs: 0 });
  await client.close();
  expect(await segmentsIn(join(spoolDirectory, 'waiting'))).toEqual([]);
  expect((await readdir(spoolDirectory)).sort()).toEqual(['damaged', 'early', 'waiting']);
});

it('sends nothing again that was acknowledged before a restart', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  server.behave(({ ids }, response) => {
    if (ids.includes('e-40')) answer(response, 500, {});
  });
  const options = { url: server.url, spoolDirectory, connections: 1, batchEventsMax: 10 };
  const first = await startTestClient(options);
  for (let part = 0; part < 10; part++) await first.send(eventsOf(100).slice(part * 10, part * 10 + 10));
  await eventually(() => expect(first.problems.length).toBeGreaterThan(0));
  await first.close();
  server.behave(() => undefined);
  const second = await startTestClient(options);
  await second.flush();
  expect(server.accepted).toEqual(idsOf(eventsOf(100)));
});

it('keeps refused events in a file with their codes, before they leave the spool', async () => {
  const spoolDirectory = await makeFolder();
  const path = join(spoolDirectory, 'refusals.ndjson');
  const server = await startServer();
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) => (id.startsWith('bad') ? { code: 'UNKNOWN_FIELD' } : undefined)),
  );
  // What a kill in the middle of a write leaves.
  await appendFile(path, '{"id":"half');
  const client = await startTestClient({ url: server.url, spoolDirectory });
  await client.send([eventOf('a'), eventOf('bad-1')]);
  await client.flush();
  await client.send(eventOf('bad-2'));
  await client.flush();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines[0]).toBe('{"id":"half');
  const problems = [{ code: 'UNKNOWN_FIELD', pointer: '/data', detail: 'of the test' }];
  expect(lines.slice(1).map((line): unknown => JSON.parse(line))).toEqual([
    { id: 'bad-1', problems, event: eventOf('bad-1') },
    { id: 'bad-2', problems, event: eventOf('bad-2') },
  ]);
  expect(idsOf(client.refusals)).toEqual(['bad-1', 'bad-2']);
  expect(client.stats()).toMatchObject({ accepted: 1, refused: 2 });
  expect(client.stats().refusalBytes).toBe((await readFile(path)).length);
});

it('lets no refused event leave the spool before it can be written down', async () => {
  const spoolDirectory = await makeFolder();
  const path = join(spoolDirectory, 'refusals.ndjson');
  const server = await startServer();
  server.behave((request, response) => refuseSome(server, request, response, () => ({ code: 'UNKNOWN_FIELD' })));
  await mkdir(path);
  const client = await startTestClient({ url: server.url, spoolDirectory });
  await client.send(eventOf('bad'));
  await eventually(() => expect(client.problems.length).toBeGreaterThan(1));
  expect(client.problems[0]).toMatchObject({ code: 'SPOOL_UNWRITABLE', message: expect.stringContaining('EISDIR') });
  expect(client.stats().waitingBytes).toBeGreaterThan(100);
  await rmdir(path);
  await client.flush();
  expect(await readFile(path, 'utf8')).toContain('"id":"bad"');
  expect(server.requests).toHaveLength(1);
});

it('keeps events that are ahead of the clock apart: others pass them, and a restart does not lose them', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  let isEarly = true;
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) =>
      isEarly && id.startsWith('early') ? { code: 'TIME_IN_FUTURE', retryAfterSeconds: 86_400 } : undefined,
    ),
  );
  const first = await startTestClient({ url: server.url, spoolDirectory });
  await first.send([eventOf('a'), ...eventsOf(5, 'early'), eventOf('b')]);
  await first.flush();
  await first.send(eventOf('c'));
  await first.flush();
  expect([...server.accepted].sort()).toEqual(['a', 'b', 'c']);
  expect(await segmentsIn(join(spoolDirectory, 'early'))).toHaveLength(1);
  await first.close();
  const second = await startTestClient({ url: server.url, spoolDirectory });
  await eventually(() =>
    expect(server.requests.flatMap(({ ids }) => ids).filter((id) => id === 'early-0').length).toBe(2),
  );
  await second.close();
  isEarly = false;
  const third = await startTestClient({ url: server.url, spoolDirectory });
  await eventually(() => expect(third.stats().accepted).toBe(5));
  await third.close();
  expect(await segmentsIn(join(spoolDirectory, 'early'))).toEqual([]);
});

it('tries early events again when ingest said, without a restart', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  let tries = 0;
  server.behave((request, response) => {
    tries += 1;
    refuseSome(server, request, response, () =>
      tries <= 3 ? { code: 'TIME_IN_FUTURE', retryAfterSeconds: 5 } : undefined,
    );
  });
  const client = await startTestClient({ url: server.url, spoolDirectory });
  await client.send(eventsOf(3));
  await eventually(() => expect(client.stats()).toMatchObject({ accepted: 3, refused: 0 }));
  expect(server.requests).toHaveLength(4);
});

it('refuses events when its bound of bytes is reached, and takes them again when there is room', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  server.behave((_request, response) => answer(response, 500, {}));
  const client = await startTestClient({ url: server.url, spoolDirectory, spoolBytesMax: 2 ** 20 });
  let sent = 0;
  const fill = async (): Promise<void> => {
    for (; ; sent++) await client.send(eventsOf(100, `p${sent}`));
  };
  await expect(fill()).rejects.toMatchObject({
    code: 'SPOOL_FULL',
    isRetryable: true,
    message: expect.stringContaining('may have 1048576 bytes'),
  });
  expect(sent).toBeGreaterThan(30);
  const sizes = (await segmentsIn(join(spoolDirectory, 'waiting'))).map(async (path) => (await readFile(path)).length);
  expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2 ** 20);
  server.behave(() => undefined);
  await client.flush();
  expect(new Set(server.accepted).size).toBe(sent * 100);
  expect(server.accepted).toContain('p0-0');
  await client.send(eventsOf(100, 'more'));
});

it('refuses events when the oldest has waited for too long, and drops none', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  server.behave((_request, response) => answer(response, 500, {}));
  const client = await startTestClient({ url: server.url, spoolDirectory, spoolAgeMaxMs: 50 });
  await client.send(eventOf('old'));
  await eventually(() => expect(client.stats().oldestAgeMs).toBeGreaterThan(50));
  await expect(client.send(eventOf('new'))).rejects.toMatchObject({ code: 'SPOOL_FULL' });
  server.behave(() => undefined);
  await client.flush();
  await client.send(eventOf('new'));
  await client.flush();
  expect(server.accepted).toEqual(['old', 'new']);
});

it('reports damage, keeps the bytes, and sends everything else', async () => {
  const spoolDirectory = await makeFolder();
  const away = await startTestClient({ url: NOBODY, spoolDirectory });
  for (const id of ['a', 'b', 'c', 'd']) await away.send(eventOf(id));
  await away.close();
  const [path = ''] = await segmentsIn(join(spoolDirectory, 'waiting'));
  const bytes = await readFile(path);
  const record = bytes.length / 4;
  bytes[record + 100] = 0;
  await writeFile(path, bytes);
  await truncate(path, bytes.length - 20);

  const server = await startServer();
  const client = await startTestClient({ url: server.url, spoolDirectory });
  await client.flush();
  expect(server.accepted).toEqual(['a', 'c']);
  await eventually(() => expect(client.problems.map(({ code }) => code)).toEqual(['SPOOL_DAMAGED', 'SPOOL_TORN']));
  const damaged = await readdir(join(spoolDirectory, 'damaged'));
  expect(damaged).toHaveLength(2);
  expect(client.problems[0]?.message).toContain(damaged[0]);
  expect(await readFile(join(spoolDirectory, 'damaged', damaged[0] ?? ''))).toEqual(bytes.subarray(record, 2 * record));
  expect(client.stats().damagedBytes).toBe(2 * record - 20);
});

it('rejects what could not be synced, and goes on with a new segment', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  let fails = true;
  const sync = (file: { datasync(): Promise<void> }) => (fails ? Promise.reject(new Error('EIO')) : file.datasync());
  const client = await startTestClient({ url: server.url, spoolDirectory }, { sync });
  await expect(client.send(eventOf('a'))).rejects.toMatchObject({ code: 'SPOOL_FAILED', isRetryable: true });
  fails = false;
  await client.send(eventOf('b'));
  await client.flush();
  expect(server.accepted).toEqual(['b']);
});

it('gives its folder back when it cannot be opened', async () => {
  const spoolDirectory = await makeFolder();
  await writeFile(join(spoolDirectory, 'waiting'), 'a file');
  await expect(startTestClient({ url: NOBODY, spoolDirectory })).rejects.toMatchObject({ code: 'EEXIST' });
  await rm(join(spoolDirectory, 'waiting'));
  await startTestClient({ url: NOBODY, spoolDirectory });
});

it('counts refusals and damage of earlier processes against its bound', async () => {
  const spoolDirectory = await makeFolder();
  await writeFile(join(spoolDirectory, 'refusals.ndjson'), 'x'.repeat(2 ** 19));
  await mkdir(join(spoolDirectory, 'damaged'));
  await writeFile(join(spoolDirectory, 'damaged', 'x'), 'x'.repeat(2 ** 19));
  const client = await startTestClient({ url: NOBODY, spoolDirectory, spoolBytesMax: 2 ** 20 });
  await expect(client.send(eventOf('a'))).rejects.toMatchObject({
    code: 'SPOOL_FULL',
    message: expect.stringContaining('524288 of refusals, 524288 damaged'),
  });
  expect(client.stats()).toMatchObject({ refusalBytes: 2 ** 19, damagedBytes: 2 ** 19 });
});

it('refuses a second client on its folder, until the first is closed', async () => {
  const spoolDirectory = await makeFolder();
  const first = await startTestClient({ url: NOBODY, spoolDirectory });
  await expect(startTestClient({ url: NOBODY, spoolDirectory })).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
  await first.close();
  await startTestClient({ url: NOBODY, spoolDirectory });
});

it('closes while events are being sent: each call either holds or says that it does not', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  const client = await startTestClient({ url: server.url, spoolDirectory });
  const results = Promise.allSettled(
    Array.from({ length: 50 }, async (_, part) => {
      // In different turns of the event loop, before and after closing.
      for (let turn = 0; turn < part % 10; turn++) await new Promise(setImmediate);
      await client.send(eventOf(`e-${part}`));
      return `e-${part}`;
    }),
  );
  await new Promise(setImmediate);
  await client.close();
  const kept = (await results).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const next = await startTestClient({ url: server.url, spoolDirectory });
  await next.flush();
  expect(new Set(server.accepted)).toEqual(new Set(kept));
  for (const result of await results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CLOSED' });
});
