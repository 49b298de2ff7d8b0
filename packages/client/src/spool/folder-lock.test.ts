import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@hopsmeter/test/support/client/test-client.ts';
import { expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { identifyProcess } from './process-identity.ts';

/** A beat of the test. */
const BEAT_MS = 40;

const writeLock = (folder: string, holder: object): Promise<void> =>
  writeFile(join(folder, 'lock'), JSON.stringify({ token: 'theirs', pid: process.pid, host: hostname(), ...holder }));

it('refuses a second one and names the first, until that one gives it back', async () => {
  const folder = await makeFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'SPOOL_IN_USE',
    message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
  });
  await lock.release();
  const next = await lockFolder(folder);
  await next.release();
  expect(await readdir(folder)).toEqual([]);
});

it('lets one of many through', async () => {
  const folder = await makeFolder();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  const held = results.filter((result) => result.status === 'fulfilled');
  expect(held).toHaveLength(1);
  await held[0]?.value.release();
});

it('takes over at once from a process that is gone, though its pid lives again', async () => {
  const folder = await makeFolder();
  const own = await identifyProcess(process.pid);
  for (const holder of [
    { ...own, start: '1' },
    { ...own, pid: 2 ** 22 + 1 },
  ]) {
    await writeLock(folder, holder);
    // A beat of ten minutes: whoever waited for one would not come back.
    const lock = await lockFolder(folder, 600_000);
    await lock.release();
  }
});

it('takes over from a process of another container, or one that wrote nothing, when it shows no life', async () => {
  const folder = await makeFolder();
  await writeLock(folder, { space: 'another boot pid:[1]', start: '1', host: 'another' });
  await (await lockFolder(folder, BEAT_MS)).release();
  await writeFile(join(folder, 'lock'), '');
  await (await lockFolder(folder, BEAT_MS)).release();
});

it('does not take over from a process of another container that lives', async () => {
  const folder = await makeFolder();
  const theirs = await lockFolder(folder, BEAT_MS);
  // As another container sees it: the pid means nothing there.
  const holder: unknown = JSON.parse(await readFile(join(folder, 'lock'), 'utf8'));
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...Object(holder), space: 'another', host: 'another' }));
  await expect(lockFolder(folder, 10 * BEAT_MS)).rejects.toMatchObject({
    code: 'SPOOL_IN_USE',
    message: expect.stringContaining('on another'),
  });
  await theirs.check();
  await theirs.release();
});

it('tells a holder that was held up for long that another one has it, and leaves that one its lock', async () => {
  const folder = await makeFolder();
  const lock = await lockFolder(folder, BEAT_MS);
  await writeLock(folder, { token: 'the next one' });
  await expect
    .poll(() =>
      lock.check().then(
        () => 'ours',
        ({ code }) => code,
      ),
    )
    .toBe('SPOOL_LOST');
  await lock.release();
  expect(await readFile(join(folder, 'lock'), 'utf8')).toContain('the next one');
});
