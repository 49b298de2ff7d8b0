import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../harness/random.ts';
import { waitFor } from '../harness/wait-for.ts';
import { answer, refuseSome } from '../support/client/test-server.ts';
import { idOf, idsOf, makeFolder, startSender, startServer } from './start-sender.ts';

/** Each kill costs a start of Node; it is the random moments that find something. */
const KILLS = Number(process.env.SPOOL_KILLS ?? 8);

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
    const calls = random.int(40);
    await waitFor('some calls to be done', () => (idsOf(sender.lines, 'kept').length >= calls ? true : undefined));
    await delay(random.int(10));
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

  expect(kept.size).toBeGreaterThan(KILLS);
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
