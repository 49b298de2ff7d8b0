import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../process/run-command.ts';
import { silent } from '../report.ts';
import { findChromium } from './find-chromium.ts';

/** Covers getting Chromium on a machine that has none. */
const TEST_DEADLINE_MS = 900_000;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-chromium-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test('finds a browser that runs, or gets one', { timeout: TEST_DEADLINE_MS }, async () => {
  const path = await findChromium(silent);
  expect(await runCommand(path, ['--version'], { withinMs: 60_000 })).toMatch(/Chrom/);
});

test('takes the one that it is told, and says so when that is none', async () => {
  const path = await program('mine', 0);
  expect(await findChromium(silent, { CHROMIUM_PATH: path, PATH: '' })).toBe(path);
  const env = { CHROMIUM_PATH: join(directory, 'none'), PATH: process.env.PATH };
  await expect(findChromium(silent, env)).rejects.toThrow(`CHROMIUM_PATH names ${directory}/none`);
});

test('passes over a program that is there and does not run', async () => {
  await program('chromium', 1);
  const path = await program('google-chrome', 0);
  expect(await findChromium(silent, { PATH: directory })).toBe(path);
});

async function program(name: string, exitCode: number): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\nexit ${exitCode}\n`, { mode: 0o755 });
  return path;
}
