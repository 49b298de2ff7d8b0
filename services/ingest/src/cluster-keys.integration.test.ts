import { createClusterKey, loadClusterKeys, noteKeysUsed, revokeClusterKey, rotateClusterKey } from '@hopsmeter/db';
import { createLogger } from '@hopsmeter/runtime';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { createEvent, createTestIngest, IDLE, type TestIngest } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { generateClusterKey } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { IngestDeps } from './app.ts';

const CHANGE = { actor: { kind: 'system', id: 'test' }, requestId: 'request-1' } as const;

let database: TestDatabase;
let seeded: SeededDirectory;
let ingest: TestIngest | undefined;
let lines: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterEach(async () => {
  await ingest?.app.close();
  await database.pool.query('update hopsmeter.cluster_keys set revoked_at = now() where revoked_at is null');
});
afterAll(() => database?.close());

const create = () => createClusterKey(database.pool, CHANGE, seeded.clusterId);

/** An ingest that knows the keys of the database and logs everything. */
async function start(change: Partial<IngestDeps> = {}): Promise<TestIngest> {
  lines = [];
  ingest = await createTestIngest({
    keySource: { load: () => loadClusterKeys(database.pool) },
    noteKeysUsed: (uses) => noteKeysUsed(database.pool, uses),
    logger: createLogger({ name: 'ingest', level: 'trace', destination: { write: (line) => void lines.push(line) } }),
    ...change,
  });
  await vi.waitFor(async () => expect((await ingest?.app.inject('/readyz'))?.statusCode).toBe(200), {
    timeout: 30_000,
  });
  return ingest;
}

const bearing = (key: string) => ({ authorization: `Bearer ${key}` });
const event = (id = 'e-1') => createEvent({ id, source: `urn:hopsworks:cluster:${seeded.clusterId}` });

describe('a key in Postgres', () => {
  it('works at once when it is new, and stops when it is revoked', async () => {
    const { post } = await start();
    const { key, created } = await create();
    const send = async () => (await post(event(), bearing(key))).statusCode;
    expect(await send()).toBe(202);
    await revokeClusterKey(database.pool, CHANGE, { clusterId: seeded.clusterId, keyId: created.id });
    await vi.waitFor(async () => expect(await send()).toBe(401), { timeout: 30_000, interval: 100 });
    expect(await send()).toBe(401);
  });

  it('works beside the one that replaces it until its time is over', async () => {
    const { post } = await start();
    const old = await create();
    const keyId = old.created.id;
    const { key } = await rotateClusterKey(database.pool, CHANGE, {
      clusterId: seeded.clusterId,
      keyId,
      graceSeconds: 60,
    });
    expect((await post(event(), bearing(key))).statusCode).toBe(202);
    expect((await post(event(), bearing(old.key))).statusCode).toBe(202);
    await database.pool.query('update hopsmeter.cluster_keys set expires_at = now() where id = $1', [keyId]);
    await vi.waitFor(async () => expect((await post(event(), bearing(old.key))).statusCode).toBe(401), {
      timeout: 10_000,
      interval: 100,
    });
    expect((await post(event(), bearing(key))).statusCode).toBe(202);
  });

  it('is noted as used, though not in the request', async () => {
    const { post, app } = await start();
    const { key, created } = await create();
    expect((await post(event(), bearing(key))).statusCode).toBe(202);
    const read = async () =>
      (
        await database.pool.query('select last_used_at is not null as used from hopsmeter.cluster_keys where id = $1', [
          created.id,
        ])
      ).rows[0];
    expect(await read()).toEqual({ used: false });
    await app.close();
    expect(await read()).toEqual({ used: true });
  });

  it('is served though its use cannot be noted', async () => {
    const { post, app } = await start({ noteKeysUsed: () => Promise.reject(new Error('away')) });
    const { key } = await create();
    expect((await post(event(), bearing(key))).statusCode).toBe(202);
    await app.close();
    expect(lines.join('')).toContain('the last use of cluster keys cannot be saved');
  });

  it('never gets into the log, and its id does', async () => {
    const { post, app } = await start({ keyLimits: { requestsPerSecond: 1 } });
    const { key, created } = await create();
    const unknown = generateClusterKey().key;
    const statuses = [];
    for (const payload of [event(), [event(), {}], [{}], '{', event('again'), event('too much')])
      statuses.push((await post(payload, bearing(key))).statusCode);
    statuses.push((await post(event(), bearing(unknown))).statusCode);
    statuses.push((await post(event(), bearing(`${key}x`))).statusCode);
    statuses.push((await app.inject({ method: 'POST', url: `/api/v1/events?key=${key}` })).statusCode);
    expect(statuses).toEqual([202, 202, 400, 400, 202, 429, 401, 401, 401]);
    await app.close();
    const log = lines.join('');
    expect(log).toContain(created.id);
    for (const code of ['RATE_LIMITED', 'UNAUTHENTICATED', 'INVALID_JSON']) expect(log).toContain(code);
    // Not even a part of it, beyond what recognises it in lists.
    for (const secret of [key, unknown])
      for (let i = 'hwm_live_'.length + 4; i + 8 <= secret.length; i++)
        expect(log).not.toContain(secret.slice(i, i + 8));
  });
});

describe('a key that sends too much', () => {
  it('is answered 429 with Retry-After before its body is read, while others are served', async () => {
    let adds = 0;
    const { post } = await start({
      keyLimits: { eventsPerSecond: 1 },
      queue: { add: async () => void adds++, status: async () => IDLE },
    });
    const [busy, other] = [await create(), await create()];
    const many = Array.from({ length: 100 }, (_, i) => event(`e-${i}`));
    expect((await post(many, bearing(busy.key))).statusCode).toBe(202);
    const refused = await post('not even JSON', bearing(busy.key));
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', detail: 'this key may send 1 events a second' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(96);
    expect((await post(event(), bearing(other.key))).statusCode).toBe(202);
    expect(adds).toBe(2);
  });

  it('pays for events that are refused too', async () => {
    const { post } = await start({ keyLimits: { eventsPerSecond: 1 } });
    const { key } = await create();
    expect(
      (
        await post(
          Array.from({ length: 6 }, () => ({})),
          bearing(key),
        )
      ).statusCode,
    ).toBe(400);
    expect((await post(event(), bearing(key))).statusCode).toBe(429);
  });
});
