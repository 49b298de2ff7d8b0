import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { generateClusterKey } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadClusterKeys } from './load-cluster-keys.ts';

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

async function addKey(expiresAt: string | null = null, revokedAt: string | null = null): Promise<Buffer> {
  const { prefix, hash } = generateClusterKey();
  await database.pool.query(
    `insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash, expires_at, revoked_at)
    values ($1, $2, $3, now() + $4::interval, now() + $5::interval)`,
    [seeded.clusterId, prefix, hash, expiresAt, revokedAt],
  );
  return hash;
}

const find = async (hash: Buffer) => (await loadClusterKeys(database.pool)).find((key) => key.hash.equals(hash));

it('reads a key with its cluster and its hash', async () => {
  const hash = await addKey();
  expect(await find(hash)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    clusterId: seeded.clusterId,
    hash,
    expiresAt: undefined,
    revokedAt: undefined,
  });
});

it('leaves out keys that are expired or revoked', async () => {
  expect(await find(await addKey('-1 second'))).toBeUndefined();
  expect(await find(await addKey(null, '-1 second'))).toBeUndefined();
  expect(await find(await addKey('1 hour', '-1 second'))).toBeUndefined();
});

it('tells to the microsecond when a key will end', async () => {
  const hash = await addKey('1 hour', '2 hours');
  await database.pool.query(
    `update hopsmeter.cluster_keys set expires_at = '2126-01-01T00:00:00.123456Z',
      revoked_at = '2126-01-01T00:00:00.000001+01'
    where hash = $1`,
    [hash],
  );
  expect(await find(hash)).toMatchObject({
    expiresAt: Date.UTC(2126, 0, 1) * 1_000 + 123_456,
    revokedAt: Date.UTC(2125, 11, 31, 23) * 1_000 + 1,
  });
});

it('takes infinity as no end', async () => {
  const hash = await addKey();
  await database.pool.query(
    `update hopsmeter.cluster_keys set expires_at = 'infinity', revoked_at = 'infinity' where hash = $1`,
    [hash],
  );
  expect(await find(hash)).toMatchObject({ expiresAt: undefined, revokedAt: undefined });
});

it('takes no key twice and no hash that is not SHA-256', async () => {
  const hash = await addKey();
  const insert = (bytes: Buffer) =>
    database.pool.query(`insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash) values ($1, '', $2)`, [
      seeded.clusterId,
      bytes,
    ]);
  await expect(insert(hash)).rejects.toMatchObject({ constraint: 'cluster_keys_hash_unique' });
  await expect(insert(hash.subarray(1))).rejects.toMatchObject({ constraint: 'cluster_keys_hash_is_sha256' });
});
