import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from './lock-directory.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-lock-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('refuses a second run and names the first', async () => {
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  await (await lockDirectory(directory)).release();
});

test('takes over the lock of a process that is gone, though its pid lives again', async () => {
  await writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.pid, identity: 'an earlier start' }));
  await (await lockDirectory(directory)).release();
});

test('takes over a lock that was never written out', async () => {
  await writeFile(join(directory, 'lock'), '');
  await (await lockDirectory(directory)).release();
});

test('lets one of many through', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});
