import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../harness/random.ts';
import { waitFor } from '../harness/wait-for.ts';
import { answer, refuseSome, startTestServer, type TestServer } from '../support/client/test-server.ts';

const SENDER = fileURLToPath(new URL('sender.mjs', import.meta.url));
const CLUSTER = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';

/** Each kill costs a start of Node; it is the random moments that find something. */
const KILLS = 20;

const lineSchema = z.object({
  kind: z.enum(['refused', 'ready', 'sending', 'kept', 'failed', 'done']),
  from: z.number().default(0),
  to: z.number().default(0),
  code: z.string().optional(),
  peakBytes: z.number().default(0),
});
type Line = z.infer<typeof lineSchema>;

type Sender = { readonly process: ChildProcess; readonly lines: Line[]; readonly ended: Promise<unknown> };

function startSender(settings: Readonly<Record<string, unknown>>, fileBlocksMax?: number): Sender {
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

async function startServer(): Promise<TestServer> {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  return server;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-spool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const idOf = (index: number): string => (index % 100 === 99 ? `bad-${index}` : `e-${index}`);
const idsOf = (lines: readonly Line[], kind: Line['kind']): string[] =>
  lines
    .filter((line) => line.kind === kind)
    .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => idOf(from + index)));

async function readRefusals(folder: string): Promise<Map<string, unknown>> {
  const text = await readFile(join(folder, 'refusals.ndjson'), 'utf8').catch(() => '');
  const refusals = new Map<string, unknown>();
  for (const line of text.split('\n')) {
    // One that a kill cut off was written again.
    if (!line.endsWith('}') || !line.startsWith('{')) continue;
    const { id, event } = z.object({ id: z.string(), event: z.unknown() }).parse(JSON.parse(line));
    refusals.set(id, event);
  }
  return refusals;
}

it('loses no event that it took over when it is killed at any moment, and changes none', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  const random = createRandom(Date.now());
  server.behave((request, response) => {
    const dice = random.int(100);
    if (dice < 15) response.socket?.destroy();
    else if (dice < 25) answer(response, 503, {}, { 'retry-after': '0' });
    else refuseSome(server, request, response, (id) => (id.startsWith('bad') ? { code: 'INVALID_TEXT' } : undefined));
  });
  const [sending, kept] = [new Set<string>(), new Set<string>()];
  let first = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const options = { connections: 3, batchWaitMs: random.int(20) };
    const settings = { url: server.url, spoolDirectory, first, calls: 10_000, sizeMax: 30, together: 4, options };
    const sender = startSender(settings);
    await waitFor('the sender to be ready', () => sender.lines.find(({ kind }) => kind === 'ready'));
    await delay(random.int(150));
    sender.process.kill('SIGKILL');
    await sender.ended;
    for (const id of idsOf(sender.lines, 'sending')) sending.add(id);
    for (const id of idsOf(sender.lines, 'kept')) kept.add(id);
    first = Math.max(first, ...sender.lines.map(({ to }) => to));
  }
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) => (id.startsWith('bad') ? { code: 'INVALID_TEXT' } : undefined)),
  );
  const last = startSender({ url: server.url, spoolDirectory, calls: 0, isFinal: true });
  await last.ended;
  expect(last.lines.map(({ kind }) => kind)).toEqual(['ready', 'done']);

  expect(kept.size).toBeGreaterThan(500);
  const refusals = await readRefusals(spoolDirectory);
  const arrived = new Set([...server.accepted, ...refusals.keys()]);
  expect([...kept].filter((id) => !arrived.has(id))).toEqual([]);
  expect([...arrived].filter((id) => !sending.has(id))).toEqual([]);
  expect([...refusals.keys()].filter((id) => !id.startsWith('bad'))).toEqual([]);
  const sentEvent = z.object({ id: z.string(), data: z.object({ quantity: z.string(), namespace: z.string() }) });
  for (const { body } of server.requests)
    for (const { id, data } of z.array(sentEvent).parse(JSON.parse(body))) {
      const index = Number(data.quantity);
      if (idOf(index) !== id || data.namespace !== `ns-${index}`.repeat(1 + (index % 20)))
        throw new Error(`${id} came as ${JSON.stringify(data)}`);
    }
});

it('says when the disk takes no more, keeps nothing of that, and goes on when it does', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  server.behave((_request, response) => answer(response, 500, {}));
  // No file may become larger than 200 KiB: the kernel refuses the write in the middle, as it does on a full disk.
  const settings = { url: server.url, spoolDirectory, calls: 100_000, sizeMax: 100, pauseMs: 1, isFinal: true };
  const sender = startSender(settings, 200);
  await waitFor('a call to be refused', () => sender.lines.find(({ kind }) => kind === 'failed'));
  server.behave(() => undefined);
  await waitFor('calls to be taken after that', () => {
    const failedAt = sender.lines.findIndex(({ kind }) => kind === 'failed');
    return sender.lines.slice(failedAt).filter(({ kind }) => kind === 'kept').length > 50 ? true : undefined;
  });
  const keptSoFar = idsOf(sender.lines, 'kept');
  await waitFor('what was taken over to arrive', () => {
    const accepted = new Set(server.accepted);
    return keptSoFar.every((id) => accepted.has(id)) ? true : undefined;
  });
  sender.process.kill('SIGKILL');
  await sender.ended;
  expect(sender.lines.filter(({ kind }) => kind === 'failed').map(({ code }) => code)).toContain('SPOOL_FAILED');
  const failed = new Set(idsOf(sender.lines, 'failed'));
  expect(server.accepted.filter((id) => failed.has(id))).toEqual([]);
});

it('is refused a folder that another process has, and gets it when that one was killed', async () => {
  const spoolDirectory = await makeFolder();
  const server = await startServer();
  server.behave((_request, response) => answer(response, 500, {}));
  const first = startSender({ url: server.url, spoolDirectory, calls: 1, isFinal: true });
  await waitFor('the first to have it', () => first.lines.find(({ kind }) => kind === 'kept'));
  const second = startSender({ url: server.url, spoolDirectory, calls: 1 });
  await second.ended;
  expect(second.lines).toMatchObject([{ kind: 'refused', code: 'SPOOL_IN_USE' }]);
  first.process.kill('SIGKILL');
  await first.ended;
  server.behave(() => undefined);
  const third = startSender({ url: server.url, spoolDirectory, first: 1, calls: 1, isFinal: true });
  await third.ended;
  expect(server.accepted).toEqual(['e-0', 'e-1']);
});

it('needs no more memory for a large backlog than for a small one', async () => {
  const server = await startServer();
  const peaks: number[] = [];
  for (const calls of [10, 400]) {
    const spoolDirectory = await makeFolder();
    server.behave((_request, response) => answer(response, 500, {}));
    const options = { batchEventsMax: 500 };
    const filling = startSender({ url: server.url, spoolDirectory, calls, sizeMax: 1_000, options });
    await filling.ended;
    const segments = await readdir(join(spoolDirectory, 'waiting'));
    expect(segments.length).toBeGreaterThan(calls / 100);
    server.behave(() => undefined);
    const emptying = startSender({ url: server.url, spoolDirectory, calls: 0, isFinal: true, options });
    await emptying.ended;
    const kept = idsOf(filling.lines, 'kept');
    const accepted = new Set(server.accepted.splice(0));
    server.requests.length = 0;
    expect(kept.filter((id) => !accepted.has(id))).toEqual([]);
    peaks.push(emptying.lines.find(({ kind }) => kind === 'done')?.peakBytes ?? 0);
  }
  const [small = 0, large = 0] = peaks;
  // 200,000 events are 90 MB on disk. A heap that is busy for longer grows by some 20 MB, whatever the backlog is.
  expect(large - small).toBeLessThan(50 * 2 ** 20);
});
