import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { collectorSettingsSchema } from './collector-settings-schema.ts';
import { createClusterKeyReader, createSources } from './create-sources.ts';

const NEEDED = { INGEST_URL: 'https://ingest.example.com', CLUSTER_ID: 'c1', CLUSTER_KEY: 'hwm_live_x' };
const OPENCOST = { ...NEEDED, OPENCOST_URL: 'http://opencost.opencost:9003' };
const HOPSWORKS = { ...NEEDED, HOPSWORKS_URL: 'https://hopsworks.example.com', HOPSWORKS_API_KEY: 'x' };
const RONDB = { RONDB_HOST: 'mysqlds', RONDB_USER: 'hopsmeter', RONDB_PASSWORD_FILE: '/secrets/rondb' };
const HOPSFS = { HOPSFS_URL: 'http://namenode:50070', HOPSFS_USER: 'hdfs' };

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const problemsOf = (env: Readonly<Record<string, string>>) =>
  (collectorSettingsSchema.safeParse(env).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

it('takes what is set, and has a default for all else', () => {
  const settings = collectorSettingsSchema.parse({
    ...OPENCOST,
    GPU_MODELS: '{"NVIDIA H100 80GB HBM3":"H100"}',
    NAMESPACES_IGNORED: 'monitoring, cert-manager',
    COMPUTE_PER_MEMBER: 'true',
  });
  expect(settings).toMatchObject({
    COLLECTOR_DIRECTORY: '/var/lib/hopsmeter',
    OPENCOST_CLUSTER: 'default-cluster',
    OPENCOST_DELAY_MINUTES: 10,
    COMPUTE_SOURCE: 'opencost',
    COMPUTE_PER_MEMBER: true,
    GPU_MODELS: { 'NVIDIA H100 80GB HBM3': 'H100' },
    NAMESPACES_IGNORED: ['monitoring', 'cert-manager'],
    RONDB_PORT: 3_306,
    HOPSFS_PATH: '/Projects',
  });
  expect(collectorSettingsSchema.parse({ ...OPENCOST, NAMESPACES_IGNORED: '["a","b"]' }).NAMESPACES_IGNORED).toEqual([
    'a',
    'b',
  ]);
});

it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  [
    'no source',
    NEEDED,
    ['OPENCOST_URL: no source is switched on: set OPENCOST_URL, HOPSWORKS_URL, RONDB_HOST or another'],
  ],
  [
    'no key',
    { ...OPENCOST, CLUSTER_KEY: undefined as never },
    ['CLUSTER_KEY: set CLUSTER_KEY or CLUSTER_KEY_FILE: usage is sent with it'],
  ],
  [
    'two keys',
    { ...OPENCOST, CLUSTER_KEY_FILE: '/key' },
    ['CLUSTER_KEY: set CLUSTER_KEY or CLUSTER_KEY_FILE, not both'],
  ],
  [
    'storage without Hopsworks',
    { ...NEEDED, ...RONDB, ...HOPSFS },
    [
      'HOPSWORKS_URL: RONDB_HOST needs it: only Hopsworks knows the namespaces',
      'HOPSWORKS_URL: HOPSFS_URL needs it: only Hopsworks knows the namespaces',
    ],
  ],
  [
    'RonDB without a user and a password',
    { ...HOPSWORKS, RONDB_HOST: 'mysqlds' },
    ['RONDB_USER: RONDB_HOST needs it', 'RONDB_PASSWORD: set RONDB_PASSWORD or RONDB_PASSWORD_FILE: RONDB_HOST is set'],
  ],
  [
    'two ways to HopsFS',
    { ...HOPSWORKS, ...HOPSFS, HOPSFS_COMMAND: '["hdfs","dfs","-du","/Projects"]' },
    ['HOPSFS_COMMAND: set HOPSFS_URL or HOPSFS_COMMAND, not both'],
  ],
  [
    'Hopsworks without a key',
    { ...HOPSWORKS, HOPSWORKS_API_KEY: undefined as never },
    ['HOPSWORKS_API_KEY: set HOPSWORKS_API_KEY or HOPSWORKS_API_KEY_FILE: HOPSWORKS_URL is set'],
  ],
  [
    'a comparison without both',
    { ...NEEDED, COMPUTE_SOURCE: 'both' },
    ['PROMETHEUS_URL: COMPUTE_SOURCE both needs it', 'OPENCOST_URL: COMPUTE_SOURCE both needs it'],
  ],
  [
    'members without compute',
    { ...HOPSWORKS, COMPUTE_PER_MEMBER: 'true' },
    ['COMPUTE_PER_MEMBER: it needs compute: set OPENCOST_URL, or COMPUTE_SOURCE prometheus'],
  ],
  ['egress without Prometheus', { ...OPENCOST, EGRESS_ENABLED: 'true' }, ['PROMETHEUS_URL: EGRESS_ENABLED needs it']],
  [
    'a query that is off',
    { ...OPENCOST, EGRESS_QUERY: 'x' },
    ['EGRESS_QUERY: set EGRESS_ENABLED too, or it does nothing'],
  ],
  [
    'a command for a shell',
    { ...HOPSWORKS, HOPSFS_COMMAND: 'hdfs dfs -du' },
    ['HOPSFS_COMMAND: expected a JSON array of a program and its arguments'],
  ],
  [
    'a secret in an address',
    { ...NEEDED, OPENCOST_URL: 'http://a:b@c' },
    ['OPENCOST_URL: expected a URL without user, query and fragment'],
  ],
  ['a map that is none', { ...OPENCOST, GPU_MODELS: '[]' }, ['GPU_MODELS: expected a JSON object of texts']],
])('says which settings are wrong: %s', (_, env, problems) => {
  expect(problemsOf(env)).toEqual(problems);
});

it('makes the sources that are switched on', () => {
  const namesOf = (env: Readonly<Record<string, string>>) => {
    const { sources, projects } = createSources(collectorSettingsSchema.parse(env));
    return [...sources, ...(projects === undefined ? [] : [projects])].map(({ name }) => name);
  };
  expect(namesOf(HOPSWORKS)).toEqual(['projects']);
  expect(namesOf({ ...HOPSWORKS, ...RONDB, ...HOPSFS })).toEqual(['online-storage', 'offline-storage', 'projects']);
  expect(namesOf(OPENCOST)).toEqual(['compute']);
  expect(namesOf({ ...HOPSWORKS, ...OPENCOST })).toEqual(['compute', 'projects']);
  expect(namesOf({ ...HOPSWORKS, HOPSFS_COMMAND: '["hdfs"]' })).toEqual(['offline-storage', 'projects']);
  const prometheus = { PROMETHEUS_URL: 'http://prometheus:9090', PROMETHEUS_TOKEN_FILE: '/secrets/token' };
  expect(namesOf({ ...OPENCOST, ...prometheus })).toEqual(['compute']);
  expect(namesOf({ ...OPENCOST, ...prometheus, EGRESS_ENABLED: 'true' })).toEqual(['compute', 'egress']);
  expect(namesOf({ ...NEEDED, ...prometheus, COMPUTE_SOURCE: 'prometheus' })).toEqual(['compute']);
  expect(namesOf({ ...OPENCOST, ...prometheus, COMPUTE_SOURCE: 'both' })).toEqual(['compute']);
});

it('reads a secret anew each time, and says where there is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-secret-'));
  folders.push(folder);
  const file = join(folder, 'key');
  const { CLUSTER_KEY: _, ...others } = OPENCOST;
  const readKey = createClusterKeyReader(collectorSettingsSchema.parse({ ...others, CLUSTER_KEY_FILE: file }));
  await expect(readKey()).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringMatching(/^CLUSTER_KEY_FILE cannot be read: ENOENT/),
  });
  await writeFile(file, 'one\n');
  expect(await readKey()).toBe('one');
  await writeFile(file, 'two');
  expect(await readKey()).toBe('two');
  await writeFile(file, '\n');
  await expect(readKey()).rejects.toThrow(`CLUSTER_KEY_FILE ${file} is empty`);
});
