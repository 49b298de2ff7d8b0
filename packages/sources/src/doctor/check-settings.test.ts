import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIngest, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import {
  type FakeHopsworks,
  projectOf,
  send,
  startFakeHopsworks,
} from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { type FakeOpenCost, podRow, startFakeOpenCost } from '@hopsmeter/test/support/sources/fake-opencost.ts';
import { type FakeRonDb, startFakeRonDb } from '@hopsmeter/test/support/sources/fake-rondb.ts';
import { type FakeWebHdfs, startFakeWebHdfs } from '@hopsmeter/test/support/sources/fake-web-hdfs.ts';
import { currentHour } from '@hopsmeter/test/support/sources/now.ts';
import { type Served, serve } from '@hopsmeter/test/support/sources/serve.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { collectorSettingsSchema } from '../settings/collector-settings-schema.ts';
import type { CheckResult } from './check.ts';
import type { FileSystem } from './check-directory.ts';
import { checkSettings } from './check-settings.ts';

const CLUSTER = '11111111-1111-4111-8111-111111111111';
const HOUR_MS = 3_600_000;

let ingest: TestIngest;
let ingestUrl: string;
let opencost: FakeOpenCost;
let hopsworks: FakeHopsworks;
let rondb: FakeRonDb;
let hdfs: FakeWebHdfs;
let other: Served;
let prometheus: Served;
let answerOfPrometheus: RequestListener;
let directory: string;
let disk: FileSystem;

beforeAll(async () => {
  [opencost, hopsworks, rondb, hdfs, ingest, other, prometheus, directory] = await Promise.all([
    startFakeOpenCost(),
    startFakeHopsworks(),
    startFakeRonDb(),
    startFakeWebHdfs(),
    createTestIngest({ now: () => Date.now() * 1_000 }),
    serve((_, response) => response.end('<html>welcome</html>')),
    serve((request, response) => answerOfPrometheus(request, response)),
    mkdtemp(join(tmpdir(), 'hopsmeter-doctor-')),
  ]);
  ingestUrl = await ingest.app.listen({ host: '127.0.0.1', port: 0 });
}, 300_000);

afterAll(async () => {
  await Promise.all([opencost, hopsworks, rondb, hdfs, ingest?.app, other, prometheus].map((each) => each?.close()));
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  disk = { type: 0xef53, freeBytes: 10 * 2 ** 30 };
  Object.assign(hopsworks, { projects: [projectOf(1, { name: 'a' })], intercept: undefined, time: undefined });
  Object.assign(hdfs, { intercept: undefined, time: undefined });
  hdfs.closed.clear();
  hdfs.folders.clear();
  hdfs.folders.set('a', '5');
  opencost.windows.clear();
  for (let hours = 0; hours < 4; hours += 1) {
    const hour = currentHour(Date.now() - hours * HOUR_MS);
    opencost.windows.set(hour.start, podRow({ namespace: 'project-1', pod: 'p' }, hour));
  }
});

/** Everything is right, but for what changes. */
async function check(changes: Readonly<Record<string, string | undefined>> = {}, now?: number): Promise<CheckResult[]> {
  const settings = collectorSettingsSchema.parse({
    INGEST_URL: ingestUrl,
    CLUSTER_ID: CLUSTER,
    CLUSTER_KEY: ingest.key,
    COLLECTOR_DIRECTORY: directory,
    OPENCOST_URL: opencost.url.href,
    HOPSWORKS_URL: hopsworks.url,
    HOPSWORKS_API_KEY: hopsworks.key,
    RONDB_HOST: rondb.host,
    RONDB_PORT: String(rondb.port),
    RONDB_USER: rondb.user,
    RONDB_PASSWORD: rondb.password,
    HOPSFS_URL: hdfs.url,
    HOPSFS_USER: hdfs.user,
    ...changes,
  });
  const { signal } = new AbortController();
  const results: CheckResult[] = [];
  const context = { signal, readFileSystem: async () => disk, ...(now === undefined ? {} : { now: () => now }) };
  for await (const result of checkSettings(settings, context)) results.push(result);
  return results;
}

const failuresOf = (results: readonly CheckResult[]) =>
  results.flatMap(({ name, status, text }) => (status === 'failed' ? [`${name}: ${text}`] : []));

it('finds nothing wrong where all is right, and nothing is counted', async () => {
  const results = await check();
  expect(results.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'directory fine',
    'ingest fine',
    'cluster fine',
    'Hopsworks fine',
    'OpenCost warning',
    'RonDB fine',
    'HopsFS fine',
  ]);
  expect(results.find(({ name }) => name === 'OpenCost')?.text).toMatch(
    /^OpenCost of an unknown version, 1 events of the hour from .* on, knows hours since .*; no namespace has the/,
  );
  expect(ingest.batches).toEqual([]);
});

it.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
  ['a wrong key', { CLUSTER_KEY: 'hwm_live_x' }, 'ingest', /answered 401.*make a key for the cluster.*CLUSTER_KEY/],
  [
    'the key of another cluster',
    { CLUSTER_ID: '22222222-2222-4222-8222-222222222222' },
    'cluster',
    /^the key is not of the cluster 22222222.*set CLUSTER_ID or the key/,
  ],
  ['a key file that is not there', { CLUSTER_KEY: '', CLUSTER_KEY_FILE: '/no/key' }, 'ingest', /CLUSTER_KEY_FILE/],
  ['no ingest', { INGEST_URL: 'http://127.0.0.1:1' }, 'ingest', /ingest cannot be reached at 127.0.0.1:1.*INGEST_URL/],
  ['another server for ingest', { INGEST_URL: 'OTHER' }, 'ingest', /at INGEST_URL is not ingest: it answered 200/],
  ['no OpenCost', { OPENCOST_URL: 'http://127.0.0.1:1' }, 'OpenCost', /cannot be reached.*see OPENCOST_URL/],
  ['another name of the cluster', { OPENCOST_CLUSTER: 'eu' }, 'OpenCost', /of default-cluster: set OPENCOST_CLUSTER/],
  ['another server for OpenCost', { OPENCOST_URL: 'OTHER' }, 'OpenCost', /OPENCOST_URL is something else/],
  ['no Hopsworks', { HOPSWORKS_URL: 'http://127.0.0.1:1' }, 'Hopsworks', /cannot be reached.*see HOPSWORKS_URL/],
  ['a wrong API key', { HOPSWORKS_API_KEY: 'x' }, 'Hopsworks', /Invalid API key.*HOPSWORKS_API_KEY.*scope ADMIN/],
  ['another server for Hopsworks', { HOPSWORKS_URL: 'OTHER' }, 'Hopsworks', /did not answer with JSON.*HOPSWORKS_URL/],
  ['no RonDB', { RONDB_PORT: '1' }, 'RonDB', /cannot be reached.*see RONDB_HOST and RONDB_PORT/],
  ['a wrong password', { RONDB_PASSWORD: 'x' }, 'RonDB', /Access denied.*set RONDB_USER and RONDB_PASSWORD/],
  ['no rights', { RONDB_USER: 'stranger' }, 'RonDB', /denied.*grant select on ndbinfo\.\* to 'stranger'/],
  ['TLS where there is none', { RONDB_TLS: 'true' }, 'RonDB', /RONDB_TLS says whether it encrypts/],
  ['no HopsFS', { HOPSFS_URL: 'http://127.0.0.1:1' }, 'HopsFS', /cannot be reached.*see HOPSFS_URL/],
  ['a wrong user', { HOPSFS_USER: 'eve' }, 'HopsFS', /Permission denied.*set HOPSFS_USER/],
  ['a wrong path', { HOPSFS_PATH: '/Wrong' }, 'HopsFS', /answered 404.*see HOPSFS_PATH, \/Wrong/],
  ['a command that fails', { HOPSFS_URL: '', HOPSFS_COMMAND: '["false"]' }, 'HopsFS', /false ended with 1/],
  [
    'a command that prints something else',
    { HOPSFS_URL: '', HOPSFS_COMMAND: '["echo","1.2 G"]' },
    'HopsFS',
    /without -h/,
  ],
  [
    'a command that prints nothing',
    { HOPSFS_URL: '', HOPSFS_COMMAND: '["true"]' },
    'HopsFS',
    /no folder in \/Projects/,
  ],
])('says in one line what is wrong and what to do: %s', async (_, changes, name, text) => {
  const given = Object.entries(changes).map(([key, value]) => [
    key,
    { OTHER: other.url, '': undefined }[value] ?? value,
  ]);
  const cleared = given.map(([key, value]) => [key, value === '' ? undefined : value]);
  const results = await check(Object.fromEntries(cleared));
  const found = results.find((each) => each.name === name);
  expect(found).toEqual({ name, status: 'failed', text: expect.stringMatching(text) });
  expect(found?.text).not.toContain('\n');
  // What is wrong with one thing is not told of another.
  expect(failuresOf(results)).toHaveLength(1);
});

it('says that a folder is not safe: in memory, without room, or not to be written', async () => {
  disk = { ...disk, type: 0x01021994 };
  expect(failuresOf(await check())).toEqual([
    expect.stringMatching(/^directory: the file system of .* is in memory \(tmpfs\): mount a volume at COLLECTOR_DIR/),
  ]);
  disk = { type: 0x794c7630, freeBytes: 10 * 2 ** 30 };
  expect(failuresOf(await check())).toEqual([expect.stringMatching(/^directory: .*overlayfs.*mount a volume/)]);
  disk = { type: 0xef53, freeBytes: 5 * 2 ** 20 };
  expect(failuresOf(await check())).toEqual([
    expect.stringMatching(/^directory: .* has 5 MiB free, and SPOOL_BYTES_MAX is 1024 MiB: make room, or lower it/),
  ]);
  const file = join(directory, 'file');
  await writeFile(file, '');
  disk = { ...disk, freeBytes: 10 * 2 ** 30 };
  expect(failuresOf(await check({ COLLECTOR_DIRECTORY: join(file, 'below') }))).toEqual([
    expect.stringMatching(/^directory: COLLECTOR_DIRECTORY .* cannot be written: .*let the collector's user own it/),
  ]);
});

it('says whose clock differs', async () => {
  const ahead = failuresOf(await check({}, Date.now() + 3 * 60_000));
  expect(ahead).toContainEqual(
    expect.stringMatching(/^ingest: the clock here is 1[78]\d s ahead of that of ingest: let NTP/),
  );
  expect(ahead).toContainEqual(expect.stringMatching(/^RonDB: the clock here is 1[78]\d s ahead of that of RonDB/));
  hopsworks.time = new Date(Date.now() + 3 * 60_000).toISOString();
  hdfs.time = hopsworks.time;
  expect(failuresOf(await check())).toEqual([
    expect.stringMatching(/^Hopsworks: the clock here is 1[78]\d s behind that of Hopsworks: let NTP set both/),
    expect.stringMatching(/^HopsFS: the clock here is 1[78]\d s behind that of HopsFS/),
  ]);
});

it('says what is not reported although all answers', async () => {
  hopsworks.projects = [
    projectOf(1, { name: 'a' }),
    projectOf(2, { name: 'b', namespace: null }),
    projectOf(3, { name: 'c', namespace: 'project-1', creator: {} }),
  ];
  const results = await check();
  expect(results.find(({ name }) => name === 'Hopsworks')).toEqual({
    name: 'Hopsworks',
    status: 'warning',
    text:
      'lists 3 projects; 1 without a namespace, 1 without an owner, 1 with the namespace of another one: ' +
      'these are not reported',
  });
  expect(results.find(({ name }) => name === 'HopsFS')).toMatchObject({
    status: 'warning',
    text: '/Projects has 1 folders; 2 projects have none: their offline storage is not reported',
  });
  hopsworks.projects = [projectOf(2, { namespace: null })];
  expect(failuresOf(await check())).toEqual([
    expect.stringMatching(/^Hopsworks: Hopsworks tells the namespace of no project, so that none can be billed/),
  ]);
  hdfs.closed.add('a');
  hopsworks.projects = [projectOf(1, { name: 'a' })];
  expect(failuresOf(await check())).toEqual([expect.stringMatching(/^HopsFS: .*set HOPSFS_USER to one who may read/)]);
});

it('says what is wrong with Prometheus, for each source that asks it', async () => {
  const asked = {
    COMPUTE_SOURCE: 'both',
    EGRESS_ENABLED: 'true',
    PROMETHEUS_URL: prometheus.url,
    HOPSWORKS_URL: undefined,
    RONDB_HOST: undefined,
    HOPSFS_URL: undefined,
  };
  answerOfPrometheus = (_, response) =>
    send(response, 200, { status: 'success', data: { resultType: 'vector', result: [] } });
  const results = await check(asked);
  expect(results.map(({ name }) => name)).toContain('OpenCost');
  const scraped = /^Prometheus \((compute|egress)\): Prometheus has no sample of .*: see whether it is scraped/;
  const both = (text: RegExp) => [expect.stringMatching(text), expect.stringMatching(text)];
  expect(failuresOf(results)).toEqual(both(scraped));
  answerOfPrometheus = (_, response) => send(response, 401, { error: 'no token' });
  expect(failuresOf(await check(asked))).toEqual(both(/^Prometheus \(.*answered 401.*set PROMETHEUS_TOKEN_FILE/));
  const away = { ...asked, PROMETHEUS_URL: 'http://127.0.0.1:1' };
  expect(failuresOf(await check(away))).toEqual(both(/cannot be reached.*see PROMETHEUS_URL, and whether the network/));
  expect(failuresOf(await check({ ...asked, PROMETHEUS_URL: other.url }))).toEqual(
    both(/what answers at PROMETHEUS_URL is something else/),
  );
});

it('tells each thing by itself when all are away', async () => {
  hopsworks.intercept = (_, response) => {
    send(response, 503, { errorMsg: 'starting' });
    return true;
  };
  const results = await check({
    OPENCOST_URL: 'http://127.0.0.1:1',
    RONDB_PORT: '1',
    HOPSFS_URL: 'http://127.0.0.1:1',
  });
  expect(failuresOf(results).map((line) => line.split(':')[0])).toEqual(['Hopsworks', 'OpenCost', 'RonDB', 'HopsFS']);
});

it('ends when it is told to', async () => {
  const settings = collectorSettingsSchema.parse({
    INGEST_URL: ingestUrl,
    CLUSTER_ID: CLUSTER,
    CLUSTER_KEY: ingest.key,
    OPENCOST_URL: opencost.url.href,
    COLLECTOR_DIRECTORY: directory,
  });
  const stop = new AbortController();
  const results = checkSettings(settings, { signal: stop.signal, readFileSystem: async () => disk });
  await results.next();
  stop.abort(new Error('enough'));
  await expect(results.next()).rejects.toThrow('enough');
});
