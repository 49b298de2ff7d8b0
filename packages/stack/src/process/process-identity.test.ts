import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identifyProcess } from './process-identity.ts';

test('names a living process the same each time', async () => {
  const identity = await identifyProcess(process.pid);
  expect(identity).toBeTruthy();
  expect(await identifyProcess(process.pid)).toBe(identity);
});

test('tells two processes apart, and knows when one is gone', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = await identifyProcess(child.pid ?? 0);
  expect(identity).toBeTruthy();
  expect(identity).not.toBe(await identifyProcess(process.ppid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await identifyProcess(child.pid ?? 0)).toBeUndefined();
});
