import { createServer } from 'node:net';
import {
  type FakeHopsworks,
  projectOf,
  send,
  startFakeHopsworks,
} from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { type FakeRonDb, startFakeRonDb } from '@hopsmeter/test/support/sources/fake-rondb.ts';
import { currentHour } from '@hopsmeter/test/support/sources/now.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createHopsworksClient } from '../projects/hopsworks-client.ts';
import type { RonDbOptions } from './ask-rondb.ts';
import { createOnlineStorageSource } from './create-online-storage-source.ts';

let rondb: FakeRonDb;
let fake: FakeHopsworks;

beforeAll(async () => {
  [rondb, fake] = await Promise.all([startFakeRonDb(), startFakeHopsworks()]);
}, 300_000);

afterAll(async () => {
  await rondb?.close();
  await fake?.close();
});

beforeEach(() => {
  Object.assign(fake, { projects: [], intercept: undefined, time: undefined });
});

const sourceOf = (changes: Partial<RonDbOptions> = {}) => {
  const { host, port, user, password } = rondb;
  return createOnlineStorageSource({
    clusterId: 'c1',
    rondb: { host, port, user, readPassword: async () => password, ...changes },
    hopsworks: createHopsworksClient({ url: fake.url, readKey: async () => fake.key }),
  });
};

const collect = (changes: Partial<RonDbOptions> = {}, signal = new AbortController().signal) =>
  sourceOf(changes).collect(currentHour(), signal);

it('reports the bytes of memory and disk of each database in the namespace of the project of its name', async () => {
  fake.projects = [projectOf(1, { name: 'a_b', namespace: 'a-b-x1' }), projectOf(2, { name: 'c', namespace: 'c' })];
  await rondb.setTables([
    ['a_b', '32768', '0'],
    ['a_b', '1', '9007199254740993'],
    ['c', '0', '1'],
    ['mysql', '1', '1'],
    ['hopsworks', '1', '1'],
    [null, '1', '1'],
  ]);
  const { events, quarantined, ignored } = await collect();
  const { start, end } = currentHour();
  expect(events).toEqual([
    expect.objectContaining({
      id: `storage/a-b-x1/${start}/${end}`,
      source: 'urn:hopsworks:cluster:c1/collector/online-storage',
      // Not a digit is lost: a double would end in 2.
      data: { namespace: 'a-b-x1', window: { start, end }, onlineBytes: '9007199254773762' },
    }),
    // No lower limit.
    expect.objectContaining({ data: { namespace: 'c', window: { start, end }, onlineBytes: '1' } }),
  ]);
  expect(quarantined).toEqual([]);
  expect(ignored.map(({ name, reason }) => `${name} ${reason}`).sort()).toEqual([
    'NULL system_database',
    'hopsworks system_database',
    'mysql system_database',
  ]);
});

it('quarantines a database that may be of another project, or of none', async () => {
  fake.projects = [
    projectOf(1, { name: 'Upper', namespace: 'upper' }),
    projectOf(2, { name: 'Both', namespace: 'both-1' }),
    projectOf(3, { name: 'both', namespace: 'both-2' }),
    projectOf(4, { name: 'TWO', namespace: 'two-1' }),
    projectOf(5, { name: 'Two', namespace: 'two-2' }),
    projectOf(6, { name: 'young', namespace: null }),
    projectOf(7, { name: 'shared', namespace: 'upper' }),
    projectOf(8, { name: 'empty', namespace: 'empty' }),
  ];
  await rondb.setTables(
    ['upper', 'both', 'two', 'young', 'shared', 'left_over', 'a-b'].map((name) => [name, '5', '0'] as const),
  );
  await rondb.execute(
    "insert into ndbinfo.table_memory_usage (database_name, in_memory_bytes, disk_memory_bytes) values ('empty', 0, 0)",
  );
  const { events, quarantined, ignored } = await collect();
  expect(events.map(({ data }) => 'namespace' in data && data.namespace)).toEqual(['both-2', 'upper']);
  expect(quarantined.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
    'a-b unknown_project',
    'left_over unknown_project',
    'shared namespace_taken',
    'two ambiguous_name',
    'young namespace_missing',
  ]);
  expect(ignored).toEqual([{ name: 'empty', reason: 'no_usage' }]);
});

it('never reports zeros or a part of the databases when it fails', async () => {
  fake.projects = [projectOf(1, { name: 'a', namespace: 'a' })];
  await rondb.setTables([['a', '5', '0']]);
  await expect(collect({ user: rondb.stranger })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('does not let stranger in, or not read ndbinfo'),
  });
  await expect(collect({ readPassword: async () => 'wrong' })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  await expect(collect({ port: 1 })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await expect(collect({ isTls: true })).rejects.toMatchObject({ code: 'ANSWER_FAILED' });
  for (const [status, body] of [
    [500, {}],
    [200, { items: [], count: 1 }],
  ] as const) {
    fake.intercept = (_, response) => {
      send(response, status, body);
      return true;
    };
    await expect(collect()).rejects.toMatchObject({ isRetryable: true });
  }
});

it('quarantines all of it, and nothing is zero, when Hopsworks knows no project', async () => {
  await rondb.setTables([['a', '5', '0']]);
  expect(await collect()).toMatchObject({ events: [], quarantined: [{ name: 'a', reason: 'unknown_project' }] });
});

it('quarantines a size that is no number', async () => {
  fake.projects = [projectOf(1, { name: 'a', namespace: 'a' })];
  await rondb.setTables([]);
  await rondb.execute("insert into ndbinfo.table_memory_usage (database_name, in_memory_bytes) values ('a', 5)");
  expect(await collect()).toMatchObject({
    events: [],
    quarantined: [{ name: 'a', reason: 'unreadable', detail: 'RonDB says that it has null bytes' }],
  });
});

it('takes no sample for an hour that it is not for RonDB', async () => {
  const past = currentHour(Date.now() - 3 * 3_600_000);
  await expect(sourceOf().collect(past, new AbortController().signal)).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
});

it('waits for no server that hangs, and ends when it is told to', async () => {
  const hanging = createServer(() => undefined);
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const address = hanging.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(collect({ port, connectTimeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  const leave = new AbortController();
  const connecting = collect({ port }, leave.signal);
  leave.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
  hanging.close();

  await rondb.execute('lock tables ndbinfo.table_memory_usage write');
  await expect(collect({ queryTimeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await rondb.execute('unlock tables');
  await expect.poll(() => rondb.countRunning(rondb.user), { interval: 10 }).toBe(0);
  await rondb.execute('lock tables ndbinfo.table_memory_usage write');
  const stop = new AbortController();
  const collected = collect({}, stop.signal);
  await expect.poll(() => rondb.countRunning(rondb.user), { interval: 10 }).toBe(1);
  stop.abort(new Error('enough'));
  await expect(collected).rejects.toThrow('enough');
  await rondb.execute('unlock tables');
});
