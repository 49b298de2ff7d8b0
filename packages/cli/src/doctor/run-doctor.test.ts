import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIngest, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { type FakeHopsworks, projectOf, startFakeHopsworks } from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runDoctor } from './run-doctor.ts';

const CLUSTER = '11111111-1111-4111-8111-111111111111';

let ingest: TestIngest;
let hopsworks: FakeHopsworks;
let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  [ingest, hopsworks, directory] = await Promise.all([
    createTestIngest({ now: () => Date.now() * 1_000 }),
    startFakeHopsworks(),
    mkdtemp(join(tmpdir(), 'hopsmeter-doctor-')),
  ]);
  hopsworks.projects = [projectOf(1)];
  env = {
    INGEST_URL: await ingest.app.listen({ host: '127.0.0.1', port: 0 }),
    CLUSTER_ID: CLUSTER,
    CLUSTER_KEY: ingest.key,
    COLLECTOR_DIRECTORY: directory,
    HOPSWORKS_URL: hopsworks.url,
    HOPSWORKS_API_KEY: hopsworks.key,
  };
});

afterAll(async () => {
  await ingest?.app.close();
  await hopsworks?.close();
  await rm(directory, { recursive: true, force: true });
});

async function run(changes: Readonly<Record<string, string>> = {}, json = false) {
  const lines: string[] = [];
  const code = await runDoctor(
    { json },
    {
      env: { ...env, ...changes },
      screen: { line: (text = '') => lines.push(text) },
      signal: new AbortController().signal,
      readFileSystem: async () => ({ type: 0xef53, freeBytes: 2 ** 40 }),
    },
  );
  return { code, lines };
}

it('prints a line for each check, and ends with 0 when none failed', async () => {
  expect(await run()).toEqual({
    code: 0,
    lines: [
      expect.stringMatching(/^✓ directory: .* can be written and synced/),
      expect.stringMatching(/^✓ ingest: .* takes the key, and the clocks agree$/),
      `✓ cluster: the key is of the cluster ${CLUSTER}`,
      '✓ Hopsworks: lists 1 projects',
    ],
  });
});

it('ends with 1 when a check failed, and goes on with the others', async () => {
  const { code, lines } = await run({ CLUSTER_ID: '22222222-2222-4222-8222-222222222222' });
  expect(code).toBe(1);
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^✗ cluster: the key is not of the cluster 2222/);
});

it('prints JSON for programs', async () => {
  const { lines } = await run({ HOPSWORKS_API_KEY: 'wrong' }, true);
  expect(lines.map((line) => JSON.parse(line)).at(-1)).toEqual({
    name: 'Hopsworks',
    status: 'failed',
    text: expect.stringContaining('HOPSWORKS_API_KEY'),
  });
});

it('names all settings that are wrong, and shows no secret', async () => {
  const changes = { CLUSTER_KEY: '', RONDB_HOST: 'mysqlds', HOPSFS_URL: 'ftp://user:secret@namenode' };
  const { code, lines } = await run(changes);
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/^✗ settings: HOPSFS_URL: expected a URL that starts with http/)]);
  expect(lines.join()).not.toContain('secret');
  expect((await run({ CLUSTER_KEY: '', RONDB_HOST: 'mysqlds' })).lines).toEqual([
    '✗ settings: CLUSTER_KEY: set CLUSTER_KEY or CLUSTER_KEY_FILE: usage is sent with it',
    '✗ settings: RONDB_USER: RONDB_HOST needs it',
    '✗ settings: RONDB_PASSWORD: set RONDB_PASSWORD or RONDB_PASSWORD_FILE: RONDB_HOST is set',
  ]);
});
