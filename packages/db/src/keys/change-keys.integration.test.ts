import { randomUUID } from 'node:crypto';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { hashClusterKey, isClusterKey } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClusterKey } from './create-cluster-key.ts';
import { listClusterKeys } from './list-cluster-keys.ts';
import { loadClusterKeys } from './load-cluster-keys.ts';
import { noteKeysUsed } from './note-keys-used.ts';
import { revokeClusterKey } from './revoke-cluster-key.ts';
import { KEY_GRACE_SECONDS, rotateClusterKey } from './rotate-cluster-key.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const DAY_MS = 86_400_000;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(async () => {
  await database.pool.query('update hopsmeter.cluster_keys set rotated_from_id = null');
  await database.pool.query('delete from hopsmeter.cluster_keys');
});
afterAll(() => database?.close());

const create = () => createClusterKey(database.pool, CHANGE, seeded.clusterId);
const rotate = (keyId: string, graceSeconds = KEY_GRACE_SECONDS) =>
  rotateClusterKey(database.pool, CHANGE, { clusterId: seeded.clusterId, keyId, graceSeconds });
const revoke = (keyId: string) => revokeClusterKey(database.pool, CHANGE, { clusterId: seeded.clusterId, keyId });
const list = async () => (await listClusterKeys(database.pool, seeded.clusterId)) ?? [];
const liveOf = async () => (await list()).filter(({ status }) => status === 'live').map(({ id }) => id);

async function auditOf(keyId: string): Promise<{ action: string; before: object | null; after: object | null }[]> {
  const { rows } = await database.pool.query(
    `select action, before, after from hopsmeter.audit_log
    where entity = 'cluster_keys' and entity_id = $1 and actor_id = 'auth0|staff' and request_id = 'request-1'
    order by happened_at`,
    [keyId],
  );
  return rows;
}

describe('a new key', () => {
  it('is told once and stored as its hash', async () => {
    const { key, created } = await create();
    expect(isClusterKey(key)).toBe(true);
    expect(created).toMatchObject({ clusterId: seeded.clusterId, prefix: key.slice(0, 13), status: 'live' });
    expect(await loadClusterKeys(database.pool)).toMatchObject([{ id: created.id, hash: hashClusterKey(key) }]);
    const everything = await database.pool.query('select id, prefix, hash::text from hopsmeter.cluster_keys');
    const told = JSON.stringify([everything.rows, await list(), await auditOf(created.id)]);
    expect(told).not.toContain(key.slice(13));
    expect(JSON.stringify([await list(), await auditOf(created.id)])).not.toContain(
      hashClusterKey(key).toString('hex'),
    );
    expect(await auditOf(created.id)).toEqual([{ action: 'create_cluster_key', before: null, after: created }]);
  });

  it('is refused when the cluster has two live ones, and then nothing is written', async () => {
    await create();
    await create();
    await expect(create()).rejects.toMatchObject({ code: 'TOO_MANY_KEYS' });
    expect(await list()).toHaveLength(2);
  });

  it('needs a cluster', async () => {
    await expect(createClusterKey(database.pool, CHANGE, randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listClusterKeys(database.pool, randomUUID())).toBeUndefined();
    expect(await listClusterKeys(database.pool, seeded.emptyClusterId)).toEqual([]);
  });
});

describe('a rotation', () => {
  it('makes a new key and ends the old one after a day', async () => {
    const old = (await create()).created;
    const begunAt = Date.now();
    const { key, created, replaced } = await rotate(old.id);
    expect(created).toMatchObject({ rotatedFromId: old.id, status: 'live', expiresAt: null });
    expect(isClusterKey(key)).toBe(true);
    const endsAt = Date.parse(replaced.expiresAt ?? '');
    expect(endsAt).toBeGreaterThanOrEqual(begunAt + DAY_MS);
    expect(endsAt).toBeLessThanOrEqual(Date.now() + DAY_MS);
    expect(await liveOf()).toEqual([created.id, old.id]);
    expect(await auditOf(old.id)).toMatchObject([
      { action: 'create_cluster_key' },
      { action: 'rotate_cluster_key', before: { expiresAt: null }, after: { expiresAt: replaced.expiresAt } },
    ]);
    expect(await auditOf(created.id)).toMatchObject([{ action: 'create_cluster_key' }]);
  });

  it('without a grace time ends the old key at once', async () => {
    const [first, second] = [await create(), await create()];
    const { created } = await rotate(first.created.id, 0);
    expect(await liveOf()).toEqual([created.id, second.created.id]);
  });

  it('never lengthens the life of the old key', async () => {
    const old = (await create()).created;
    await database.pool.query(`update hopsmeter.cluster_keys set expires_at = now() + interval '1 hour'`);
    const [before] = await list();
    const { replaced } = await rotate(old.id);
    expect(replaced.expiresAt).toBe(before?.expiresAt);
  });

  it.each([2, 8])('leaves at most two live keys when %d come at once', async (count) => {
    const old = (await create()).created;
    const outcomes = await Promise.allSettled(Array.from({ length: count }, () => rotate(old.id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'TOO_MANY_KEYS' });
    expect(await liveOf()).toHaveLength(2);
    expect(await list()).toHaveLength(2);
  });

  it('leaves at most two live keys when others are made at the same time', async () => {
    const old = (await create()).created;
    await Promise.allSettled([rotate(old.id), create(), rotate(old.id), create(), rotate(old.id, 0), create()]);
    expect((await liveOf()).length).toBeLessThanOrEqual(2);
  });

  it('is refused for a key that has ended, and for one of another cluster', async () => {
    const old = (await create()).created;
    const elsewhere = { clusterId: seeded.emptyClusterId, keyId: old.id };
    await expect(rotateClusterKey(database.pool, CHANGE, { ...elsewhere, graceSeconds: 0 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(revokeClusterKey(database.pool, CHANGE, elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await revoke(old.id);
    await expect(rotate(old.id)).rejects.toMatchObject({ code: 'KEY_ENDED' });
    expect(await list()).toHaveLength(1);
  });
});

it('is revoked for good, once', async () => {
  const { created } = await create();
  const revoked = await revoke(created.id);
  expect(revoked).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) });
  expect(await revoke(created.id)).toEqual(revoked);
  expect(await loadClusterKeys(database.pool)).toEqual([]);
  expect(await auditOf(created.id)).toMatchObject([{ action: 'create_cluster_key' }, { action: 'revoke_cluster_key' }]);
});

describe('when a key was last used', () => {
  const lastUsed = async () => (await list()).map(({ lastUsedAt }) => lastUsedAt);
  const at = (seconds: number) => Date.UTC(2026, 10, 22, 14, 0, seconds) * 1_000;

  it('is noted at most once a minute, and never goes back', async () => {
    const keyId = (await create()).created.id;
    expect(await lastUsed()).toEqual([null]);
    for (const [seconds, noted] of [
      [0, '2026-11-22T14:00:00.000000Z'],
      [59, '2026-11-22T14:00:00.000000Z'],
      [60, '2026-11-22T14:01:00.000000Z'],
      [10, '2026-11-22T14:01:00.000000Z'],
    ] as const) {
      await noteKeysUsed(database.pool, [{ keyId, usedAt: at(seconds) }]);
      expect(await lastUsed()).toEqual([noted]);
    }
  });

  it('is written by several at once without one waiting for another, in whatever order', async () => {
    const keys = [(await create()).created.id, (await create()).created.id];
    const uses = keys.map((keyId) => ({ keyId, usedAt: at(0) }));
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => noteKeysUsed(database.pool, i % 2 === 0 ? uses : uses.toReversed())),
    );
    expect(await lastUsed()).toEqual(['2026-11-22T14:00:00.000000Z', '2026-11-22T14:00:00.000000Z']);
    await noteKeysUsed(database.pool, []);
  });
});
