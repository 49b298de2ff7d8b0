import { type FakeHopsworks, projectOf, startFakeHopsworks } from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { type FakeWebHdfs, startFakeWebHdfs } from '@hopsmeter/test/support/sources/fake-web-hdfs.ts';
import { currentHour } from '@hopsmeter/test/support/sources/now.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHopsworksClient } from '../projects/hopsworks-client.ts';
import { createOfflineStorageSource } from './create-offline-storage-source.ts';
import type { ReadFolders } from './folder-sizes.ts';
import { createDuReader } from './read-by-command.ts';
import { createWebHdfsReader } from './read-by-web-hdfs.ts';

let fake: FakeHopsworks;
let hdfs: FakeWebHdfs;

beforeEach(async () => {
  [fake, hdfs] = await Promise.all([startFakeHopsworks(), startFakeWebHdfs()]);
  fake.projects = [projectOf(1, { name: 'a_b', namespace: 'a-b-x1' }), projectOf(2, { name: 'c', namespace: 'c' })];
});

afterEach(async () => {
  await fake.close();
  await hdfs.close();
});

const collect = (readFolders: ReadFolders, signal = new AbortController().signal) =>
  createOfflineStorageSource({
    clusterId: 'c1',
    readFolders,
    hopsworks: createHopsworksClient({ url: fake.url, readKey: async () => fake.key }),
  }).collect(currentHour(), signal);

const byWebHdfs = (changes: object = {}) =>
  createWebHdfsReader({ url: `${hdfs.url}/`, path: '/Projects', user: hdfs.user, ...changes });

/** A program that prints; written out so that no shell has to read it. */
const byCommand = (script: string, timeoutMs?: number) =>
  createDuReader({
    command: [process.execPath, '-e', script],
    path: '/Projects',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

const printing = (...lines: readonly string[]) => byCommand(`console.log(${JSON.stringify(lines.join('\n'))})`);

const bytesOf = ({ events }: Awaited<ReturnType<typeof collect>>) =>
  events.map(({ data }) => ('offlineBytes' in data ? `${data.namespace} ${data.offlineBytes}` : 'another'));

it('reports by WebHDFS what each project stores, to the last byte', async () => {
  hdfs.folders.set('a_b', '9007199254740993').set('c', '1');
  const collected = await collect(byWebHdfs());
  const { start, end } = currentHour();
  expect(collected.events[0]).toEqual({
    specversion: '1.0',
    id: `storage/a-b-x1/${start}/${end}`,
    source: 'urn:hopsworks:cluster:c1/collector/offline-storage',
    type: 'ai.hopsworks.usage.storage.v1',
    time: end,
    data: { namespace: 'a-b-x1', window: { start, end }, offlineBytes: '9007199254740993' },
  });
  expect(bytesOf(collected)).toEqual(['a-b-x1 9007199254740993', 'c 1']);
  expect(collected).toMatchObject({ quarantined: [], ignored: [] });
});

it('reports by a command the same as by WebHDFS', async () => {
  hdfs.folders.set('a_b', '9007199254740993').set('c', '1');
  const printed = printing('SLF4J: x', '9007199254740993 27021597764222979 /Projects/a_b', '1 3 /Projects/c');
  expect(await collect(printed)).toEqual(await collect(byWebHdfs()));
});

it('says which project has no folder, which folder no project, and which cannot be read', async () => {
  fake.projects = [...fake.projects, projectOf(3, { name: 'closed' }), projectOf(4, { name: 'empty' })];
  hdfs.folders.set('c', '5').set('left_over', '6').set('closed', '7').set('empty', '0');
  hdfs.closed.add('closed');
  const collected = await collect(byWebHdfs());
  expect(bytesOf(collected)).toEqual(['c 5']);
  expect(collected.quarantined.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
    'left_over unknown_project',
    'closed not_readable',
    'a_b missing',
  ]);
  expect(collected.ignored).toEqual([{ name: 'empty', reason: 'no_usage' }]);
  expect(await collect(printing('5 15 /Projects/c', '6 18 /Projects/left_over'))).toMatchObject({
    events: [{ data: { namespace: 'c', offlineBytes: '5' } }],
    quarantined: [
      { name: 'a_b', reason: 'missing', detail: 'project 1 has no folder in HopsFS' },
      { name: 'closed', reason: 'missing' },
      { name: 'empty', reason: 'missing' },
      { name: 'left_over', reason: 'unknown_project' },
    ],
  });
});

it('never reports zeros or a part of the projects when WebHDFS fails', async () => {
  hdfs.folders.set('a_b', '5').set('c', '6');
  await expect(collect(byWebHdfs({ user: undefined }))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  await expect(collect(byWebHdfs({ path: '/Wrong' }))).rejects.toMatchObject({ code: 'ANSWER_FAILED' });
  const answers: [string, number, string][] = [
    ['LISTSTATUS', 200, '{"FileStatuses":{}}'],
    ['GETCONTENTSUMMARY', 500, ''],
    ['GETCONTENTSUMMARY', 200, '{"ContentSummary":{"length":-1}}'],
    ['GETCONTENTSUMMARY', 200, '{"ContentSummary":{"length":1.5}}'],
    ['GETCONTENTSUMMARY', 200, '{"ContentSummary":{}}'],
  ];
  for (const [operation, status, body] of answers) {
    hdfs.intercept = ({ url = '' }, response) => {
      if (!url.includes(operation) || url.includes('a_b')) return false;
      response.writeHead(status).end(body);
      return true;
    };
    await expect(collect(byWebHdfs())).rejects.toMatchObject({ isRetryable: true });
  }
});

it('never reports zeros or a part of the projects when the command fails', async () => {
  const good = `console.log('5 15 /Projects/a_b\\n6 18 /Projects/c')`;
  expect(bytesOf(await collect(byCommand(good)))).toHaveLength(2);
  await expect(collect(byCommand(`${good}; console.error('du: no'); process.exitCode = 1`))).rejects.toMatchObject({
    code: 'ANSWER_FAILED',
    message: expect.stringContaining('ended with 1: du: no'),
  });
  await expect(collect(byCommand(`${good}; process.kill(process.pid, 'SIGKILL')`))).rejects.toMatchObject({
    code: 'ANSWER_FAILED',
  });
  await expect(collect(byCommand(`${good}; console.log('7 21')`))).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
  await expect(collect(createDuReader({ command: ['/no/such/program'], path: '/Projects' }))).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
});

it('ends a command that hangs, with what it started', async () => {
  const hanging = `const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    setInterval(() => {}, 1000)`;
  // Whoever waits for the end of its output would wait for what it started too.
  await expect(collect(byCommand(hanging, 200))).rejects.toMatchObject({ code: 'TIMED_OUT' });
  const left = `const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit', detached: true }).unref()`;
  await expect(collect(byCommand(left, 500))).rejects.toMatchObject({ code: 'TIMED_OUT' });
  const stop = new AbortController();
  const collected = collect(byCommand(hanging), stop.signal);
  stop.abort(new Error('enough'));
  await expect(collected).rejects.toThrow('enough');
});

it('takes no sample for an hour that it is not for HopsFS or Hopsworks', async () => {
  hdfs.folders.set('c', '5');
  fake.time = '2026-01-01T00:00:00Z';
  await expect(collect(byWebHdfs())).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
  await expect(collect(printing('5 15 /Projects/c'))).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
  fake.time = undefined;
  hdfs.time = '2026-01-01T00:00:00Z';
  await expect(collect(byWebHdfs())).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
});
