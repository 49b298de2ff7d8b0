import { createLogger } from '@hopsmeter/runtime';
import { generateClusterKey } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClusterKey, type ClusterKeySnapshot, createClusterKeySnapshot } from './cluster-key-snapshot.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const { key, hash } = generateClusterKey();
const inForce: ClusterKey = { id: 'k', clusterId: 'c', hash, expiresAt: undefined, revokedAt: undefined };
let snapshot: ClusterKeySnapshot | undefined;
let load: () => Promise<readonly ClusterKey[]>;

async function start(keys: readonly ClusterKey[]): Promise<ClusterKeySnapshot> {
  load = async () => keys;
  snapshot = createClusterKeySnapshot({ source: { load: () => load() }, now: () => 1_000, logger });
  await vi.advanceTimersByTimeAsync(1);
  return snapshot;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  snapshot?.close();
  vi.useRealTimers();
});

/** Known keys are answered at once, unknown ones after a look; both are the same to a caller that awaits. */
async function ask(keys: ClusterKeySnapshot, authorization: string | undefined): Promise<ClusterKey> {
  return keys.authenticate(authorization);
}

const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });

describe('a cluster key', () => {
  it('is found by what it hashes to, whatever the case of the scheme', async () => {
    const keys = await start([inForce]);
    expect(await ask(keys, `Bearer ${key}`)).toMatchObject({ id: 'k' });
    expect(await ask(keys, `bearer  ${key}`)).toMatchObject({ id: 'k' });
  });

  it.each([
    ['nothing', undefined],
    ['another scheme', `Basic ${key}`],
    ['no key', 'Bearer '],
    ['a damaged key', `Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`],
    ['an unknown key', `Bearer ${generateClusterKey().key}`],
    ['two keys', `Bearer ${key} ${key}`],
  ])('is asked for when there is %s', async (_name, authorization) => {
    const keys = await start([inForce]);
    await expect(ask(keys, authorization)).rejects.toEqual(unauthenticated);
  });

  it('is refused from its expiry or revocation on', async () => {
    for (const [at, isRefused] of [
      [999, true],
      [1_000, true],
      [1_001, false],
    ] as const) {
      for (const field of ['expiresAt', 'revokedAt']) {
        const keys = await start([{ ...inForce, [field]: at }]);
        if (isRefused) await expect(ask(keys, `Bearer ${key}`)).rejects.toEqual(unauthenticated);
        else expect(await ask(keys, `Bearer ${key}`)).toMatchObject({ id: 'k' });
        keys.close();
      }
    }
  });

  it('stops working within seconds after it is gone', async () => {
    const keys = await start([inForce]);
    load = async () => [];
    await vi.advanceTimersByTimeAsync(5_100);
    await expect(ask(keys, `Bearer ${key}`)).rejects.toEqual(unauthenticated);
  });

  it('works at once when it is new, though keys are read again only every few seconds', async () => {
    const keys = await start([]);
    load = async () => [inForce];
    const found = ask(keys, `Bearer ${key}`);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await found).toMatchObject({ id: 'k' });
  });

  it('cannot be guessed at the expense of Postgres: unknown keys ask at most once a second', async () => {
    const keys = await start([inForce]);
    let loads = 0;
    load = async () => {
      loads += 1;
      return [inForce];
    };
    const asked = Array.from({ length: 50 }, () =>
      expect(ask(keys, `Bearer ${generateClusterKey().key}`)).rejects.toEqual(unauthenticated),
    );
    await vi.advanceTimersByTimeAsync(1_100);
    await Promise.all(asked);
    expect(loads).toBe(1);
  });

  it('goes on working while Postgres is away, and the age of the copy is told', async () => {
    const keys = await start([inForce]);
    load = () => Promise.reject(new Error('away'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ask(keys, `Bearer ${key}`)).toMatchObject({ id: 'k' });
    expect(keys.ageSeconds()).toBeCloseTo(60, 0);
    load = async () => [inForce];
    await vi.advanceTimersByTimeAsync(5_100);
    expect(keys.ageSeconds()).toBeLessThan(5);
  });
});

it('is not ready before the first load', async () => {
  snapshot = createClusterKeySnapshot({
    source: { load: () => Promise.reject(new Error('away')) },
    now: () => 0,
    logger,
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(snapshot.ageSeconds()).toBeUndefined();
  expect(() => snapshot?.authenticate(`Bearer ${key}`)).toThrow(
    expect.objectContaining({ code: 'NOT_READY', retryAfterSeconds: 5 }),
  );
});
