import { randomUUID } from 'node:crypto';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readClusterActivity } from './read-cluster-activity.ts';

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  await database.pool.query("update hopsmeter.hopsworks_clusters set created_at = '2026-01-01T00:00:00Z'");
});
afterAll(() => database?.close());

async function receive(time: string, ...clusterIds: readonly string[]): Promise<void> {
  const requests = clusterIds.map((clusterId) => ({ requestId: randomUUID(), clusterId, eventCount: 1 }));
  await database.pool.query(
    `insert into hopsmeter.usage_batches
      (id, received_at, event_count, counted_count, duplicate_count, parked_count, requests)
    values ($1, $2, 1, 1, 0, 0, $3)`,
    [randomUUID(), time, JSON.stringify(requests)],
  );
}

const read = async (clusterId: string) => (await readClusterActivity(database.pool, [clusterId]))[0];

it('says nothing of a cluster that never sent anything', async () => {
  await receive('2026-03-01T10:00:00Z', seeded.clusterId);
  expect(await read(seeded.emptyClusterId)).toEqual({
    clusterId: seeded.emptyClusterId,
    lastEventAt: null,
    reportedUntil: null,
  });
});

it('finds the newest request of a cluster behind those of others, also when its key was used in vain', async () => {
  await receive('2026-03-02T10:00:00Z', randomUUID(), seeded.clusterId);
  await receive('2026-03-03T10:00:00Z', seeded.emptyClusterId);
  expect(await read(seeded.clusterId)).toMatchObject({ lastEventAt: '2026-03-02T10:00:00.000000Z' });
  await database.pool.query(
    `insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash, last_used_at)
    values ($1, 'hwm_live_abcd', decode(repeat('ab', 32), 'hex'), '2026-03-02T18:00:00Z')`,
    [seeded.clusterId],
  );
  expect(await read(seeded.clusterId)).toMatchObject({ lastEventAt: '2026-03-02T10:00:00.000000Z' });
});

it('says until when a cluster reported: by usage, or by a manifest that has the hour', async () => {
  await database.pool.query(
    `insert into hopsmeter.cluster_hours
      (hopsworks_cluster_id, hour, source_path, usage_date, event_count, sums, last_window_ended_at, checked_at)
    values ($1, '2026-03-02T08:00:00Z', '', '2026-03-02', 1, '{}', '2026-03-02T09:30:00Z', now())`,
    [seeded.clusterId],
  );
  expect(await read(seeded.clusterId)).toMatchObject({ reportedUntil: '2026-03-02T09:30:00.000000Z' });
  const manifest = `insert into hopsmeter.cluster_manifests
    (event_key, content_hash, hopsworks_cluster_id, source_path, window_started_at, window_ended_at, event_count, sums,
     missing_reason)
    values ($2, 1, $1, '', $3::timestamptz, $3::timestamptz + interval '1 hour', 0, '{}', $4)`;
  await database.pool.query(manifest, [seeded.clusterId, randomUUID(), '2026-03-02T10:00:00Z', null]);
  await database.pool.query(manifest, [seeded.clusterId, randomUUID(), '2026-03-02T11:00:00Z', 'RonDB did not answer']);
  expect(await read(seeded.clusterId)).toMatchObject({ reportedUntil: '2026-03-02T11:00:00.000000Z' });
});
