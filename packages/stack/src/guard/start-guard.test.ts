import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { identifyProcess } from '../process/process-identity.ts';
import { endLeftovers } from '../process/process-record.ts';

/** The processes are real, so the code is the built one. */
const STACK = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/**
 * A run: its guard, a child that stops in order, one that takes its time and one that is deaf to SIGTERM and paused.
 */
const RUN = `
  import { startGuard, startProcess } from ${JSON.stringify(STACK)};
  const directory = process.argv[1];
  const guard = await startGuard(directory);
  const start = async (name, args) => {
    let isUp = false;
    const onLine = () => { isUp = true; };
    return startProcess({ name, command: process.execPath, args: ['-e', args], directory, ready: () => isUp, onLine });
  };
  const idle = "setInterval(() => {}, 1000); console.log('up');";
  const orderly = await start('orderly', "process.on('SIGTERM', () => process.exit(0));" + idle);
  const paused = await start('paused', idle);
  await paused.kill('SIGSTOP');
  console.log(JSON.stringify([guard.pid, orderly.pid, paused.pid]));
  process.stdin.once('data', async () => {
    await paused.close();
    await orderly.close();
    await guard.close();
    process.exit(0);
  });
`;

let directory: string;
let run: ChildProcess;
let pids: number[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-guard-'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', RUN, directory], { stdio: 'pipe' });
  run = child;
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  pids = z.array(z.number()).parse(JSON.parse(line));
});

afterEach(async () => {
  run.kill('SIGKILL');
  await allGone();
  await rm(directory, { recursive: true, force: true });
});

test('ends the children of a run that was killed', async () => {
  run.kill('SIGKILL');
  await allGone();
  expect(await readdir(join(directory, 'processes'))).toEqual([]);
  expect(await readFile(join(directory, 'guard.log'), 'utf8')).toMatch(/ending paused[\s\S]*ending orderly/);
});

test('ends with a run that stops in order, and touches nothing', async () => {
  run.stdin?.write('stop');
  await once(run, 'exit');
  await allGone();
  expect(await readFile(join(directory, 'guard.log'), 'utf8')).toBe('');
});

test('is left to finish by the next run', async () => {
  const guard = pids[0] ?? 0;
  process.kill(guard, 'SIGSTOP');
  run.kill('SIGKILL');
  await once(run, 'exit');
  const said: string[] = [];
  const ended = endLeftovers(directory, (text) => {
    said.push(text);
    process.kill(guard, 'SIGCONT');
  });
  await ended;
  expect(said).toEqual(['waiting until what an earlier run left has stopped']);
  await allGone();
});

test('is replaced by the next run when it was killed too', async () => {
  process.kill(pids[0] ?? 0, 'SIGKILL');
  run.kill('SIGKILL');
  await once(run, 'exit');
  await endLeftovers(directory);
  await allGone();
});

async function allGone(): Promise<void> {
  await expect
    .poll(() => Promise.all(pids.map(identifyProcess)), { timeout: 20_000 })
    .toEqual(pids.map(() => undefined));
}
