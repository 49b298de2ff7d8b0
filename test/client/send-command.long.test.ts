import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventOf, eventsOf } from '../support/client/test-client.ts';
import { answer, refuseSome, startTestServer, type TestServer } from '../support/client/test-server.ts';

const COMMAND = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

type Result = { readonly code: number; readonly out: string; readonly error: string };

/** Runs `hopsmeter send`, without a terminal, in a folder of its own. */
function send(folder: string, args: readonly string[], input = '', key = 'secret'): Promise<Result> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, CLUSTER_KEY: key };
    const child = execFile(process.execPath, [COMMAND, 'send', ...args], { cwd: folder, env }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out, error: errors }),
    );
    child.stdin?.end(input);
  });
}

async function start(): Promise<{ readonly server: TestServer; readonly folder: string }> {
  const server = await startTestServer();
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-send-'));
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { server, folder };
}

const linesOf = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

it('sends a file, says how many were accepted, and keeps every refused line with its reason', async () => {
  const { server, folder } = await start();
  server.behave((request, response) =>
    refuseSome(server, request, response, (id) => (id.startsWith('bad') ? { code: 'INVALID_QUANTITY' } : undefined)),
  );
  const events = [...eventsOf(2_300), eventOf('bad-1'), eventOf('bad-2')];
  const foreign = { ...eventOf('foreign'), source: 'urn:hopsworks:cluster:another' };
  const tooLong = eventOf('x'.repeat(300));
  const text = `${linesOf(events)}\n{"id": "cut off\n${linesOf([foreign, tooLong])}[]\n`;
  await writeFile(join(folder, 'usage.ndjson'), text);
  const { code, out, error } = await send(folder, ['usage.ndjson', '--url', server.url]);
  expect([code, error]).toEqual([2, '']);
  expect(out).toContain('2,306 events read, 2,300 accepted');
  expect(out).toContain('6 were refused, see usage.ndjson.refusals.ndjson:');
  expect(out).toContain('2 INVALID_QUANTITY');
  expect(new Set(server.accepted)).toEqual(new Set(eventsOf(2_300).map(({ id }) => id)));
  const refused = (await readFile(join(folder, 'usage.ndjson.refusals.ndjson'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(refused).toHaveLength(6);
  const problemsOf = (code: string, pointer = '') => [expect.objectContaining({ code, pointer })];
  for (const expected of [
    { id: 'bad-1', problems: problemsOf('INVALID_QUANTITY', '/data'), event: eventOf('bad-1') },
    { line: 2_304, problems: problemsOf('INVALID_LINE'), text: '{"id": "cut off' },
    { line: 2_305, id: 'foreign', problems: problemsOf('FOREIGN_SOURCE'), event: foreign },
    { id: tooLong.id, problems: problemsOf('INVALID_EVENT'), event: tooLong },
    { line: 2_307, problems: problemsOf('INVALID_LINE'), text: '[]' },
  ])
    expect(refused).toContainEqual(expected);
});

it('sends what comes in, waits while ingest is away, and makes no file when nothing is refused', async () => {
  const { server, folder } = await start();
  server.behave((_request, response, index) => {
    if (index === 0) answer(response, 503, {}, { 'retry-after': '0' });
  });
  const { code, out } = await send(folder, ['-', '--url', server.url], linesOf(eventsOf(10)));
  expect([code, server.accepted.length]).toEqual([0, 10]);
  expect(out).toContain('10 events read, 10 accepted');
  expect(await readdir(folder)).toEqual([]);
});

it('stops and says what is wrong when the key, the address or the file is', async () => {
  const { server, folder } = await start();
  server.behave((_request, response) => answer(response, 401, { code: 'UNAUTHENTICATED', detail: 'unknown key' }));
  await writeFile(join(folder, 'usage.ndjson'), linesOf([eventOf('a')]));
  for (const [args, key, message] of [
    [['usage.ndjson', '--url', server.url], 'wrong', 'ingest does not accept the events: UNAUTHENTICATED: unknown key'],
    [['usage.ndjson', '--url', server.url], '', 'CLUSTER_KEY must be set'],
    [['usage.ndjson', '--url', 'nowhere'], 'secret', 'url must begin with http:// or https://'],
    [['missing.ndjson', '--url', server.url], 'secret', 'missing.ndjson cannot be read'],
  ] as const) {
    const { code, error } = await send(folder, args, '', key);
    expect(code).toBe(1);
    expect(error).toContain(message);
    expect(error).not.toContain('this is a bug');
  }
});
