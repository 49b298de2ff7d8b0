import { SAMPLE_SNAPSHOT } from '@hopsmeter/test/support/usage/sample-events.ts';
import { expect, it } from 'vitest';
import { createDirectoryCache } from './directory-cache.ts';

/** A database whose directory gets versions, and whose answers come when told. */
function createSource() {
  let version = 1;
  const answers: ((error?: Error) => void)[] = [];
  return {
    answers,
    change() {
      version += 1;
    },
    load: () =>
      new Promise<typeof SAMPLE_SNAPSHOT>((resolve, reject) => {
        const snapshot = { ...SAMPLE_SNAPSHOT, version: String(version) };
        answers.push((error) => (error === undefined ? resolve(snapshot) : reject(error)));
      }),
  };
}

async function start() {
  const source = createSource();
  const cache = createDirectoryCache(source.load);
  const first = cache.current();
  source.answers[0]?.();
  return { source, cache, first: await first };
}

it('reads the directory once for all who ask at the same time, and keeps it', async () => {
  const source = createSource();
  const cache = createDirectoryCache(source.load);
  const asked = [cache.current(), cache.current(), cache.refresh('0')];
  expect(source.answers).toHaveLength(1);
  source.answers[0]?.();
  const [first, ...others] = await Promise.all(asked);
  expect(first?.version).toBe('1');
  for (const other of [...others, await cache.current()]) expect(other).toBe(first);
  expect(source.answers).toHaveLength(1);
});

it('reads it again when the version is the one that was refused', async () => {
  const { source, cache } = await start();
  source.change();
  const refreshed = cache.refresh('1');
  source.answers[1]?.();
  expect((await refreshed).version).toBe('2');
  expect((await cache.current()).version).toBe('2');
});

it('does not read it again when another batch has already done so', async () => {
  const { source, cache } = await start();
  source.change();
  const refreshed = cache.refresh('1');
  source.answers[1]?.();
  await refreshed;
  expect((await cache.refresh('1')).version).toBe('2');
  expect(source.answers).toHaveLength(2);
});

it('answers with the old one while the new one is read', async () => {
  const { cache, first } = await start();
  void cache.refresh('1');
  expect(await cache.current()).toBe(first);
});

it('does not keep a failure', async () => {
  const source = createSource();
  const cache = createDirectoryCache(source.load);
  const failed = cache.current();
  source.answers[0]?.(new Error('away'));
  await expect(failed).rejects.toThrow('away');
  const again = cache.current();
  source.answers[1]?.();
  expect((await again).version).toBe('1');
});

it('keeps the old one when the new one cannot be read', async () => {
  const { source, cache, first } = await start();
  const refreshed = cache.refresh('1');
  source.answers[1]?.(new Error('away'));
  await expect(refreshed).rejects.toThrow('away');
  expect(await cache.current()).toBe(first);
});
