import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { choosePort } from './choose-port.ts';
import { identifyProcess } from './process-identity.ts';
import { endLeftovers } from './process-record.ts';
import { startProcess } from './start-process.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-process-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const server = `
  const server = require('node:http').createServer((_, response) => response.end('ok'));
  server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
  process.on('SIGTERM', () => {
    console.log('stopping');
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
`;

test('waits for readiness, forwards lines, and closes by SIGTERM', async () => {
  const port = await choosePort();
  const lines: string[] = [];
  const service = await startProcess({
    name: 'web',
    command: process.execPath,
    args: ['-e', server],
    env: { PORT: String(port) },
    directory,
    ready: `http://127.0.0.1:${port}/`,
    onLine: (line) => lines.push(line),
  });
  const { exited } = service;
  await service.close();
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(lines).toEqual(['listening', 'stopping']);
  expect(await readdir(join(directory, 'processes'))).toEqual([]);
});

test('comes back after kill -9', async () => {
  const service = await startProcess({ ...sleeper(), directory });
  const { pid } = service;
  await service.kill('SIGKILL');
  await service.restart();
  expect(service.pid).not.toBe(pid);
  await service.close();
});

test('kills a service that ignores SIGTERM once its time is over', async () => {
  const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
  let isUp = false;
  const service = await startProcess({
    name: 'stubborn',
    command: process.execPath,
    args: ['-e', stubborn],
    directory,
    ready: () => isUp,
    onLine: () => {
      isUp = true;
    },
    stopWithinMs: 100,
  });
  const { exited } = service;
  await service.close();
  expect((await exited).signal).toBe('SIGKILL');
});

test('shows the last lines of a service that does not come up', async () => {
  const failing = { command: process.execPath, args: ['-e', "console.error('no config'); process.exitCode = 3"] };
  await expect(startProcess({ name: 'failing', ...failing, directory, ready: () => false })).rejects.toThrow(
    'no config',
  );
  const missing = { command: '/no/such/program', args: [] };
  await expect(startProcess({ name: 'missing', ...missing, directory, ready: () => true })).rejects.toThrow('/no/such');
});

test('leaves a child of a living run alone and ends one whose parent is gone', async () => {
  const service = await startProcess({ ...sleeper(), directory });
  await endLeftovers(directory);
  expect(await identifyProcess(service.pid)).toBeTruthy();
  await expect(startProcess({ ...sleeper(), directory })).rejects.toThrow(`pid ${service.pid}`);

  const path = join(directory, 'processes/sleeper.json');
  const record = z.looseObject({ ownerIdentity: z.string() }).parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify({ ...record, ownerIdentity: 'a start before this one' }));
  await endLeftovers(directory);
  expect((await service.exited).signal).toBe('SIGTERM');
  await service.close();
});

test('never ends a stranger that was given the pid of a left-over child', async () => {
  const stranger = spawn('sleep', ['600']);
  await once(stranger, 'spawn');
  const left = { name: 'web', pid: stranger.pid, identity: 'an earlier start', ownerPid: 1, ownerIdentity: 'gone' };
  const path = join(directory, 'processes/web.json');
  await mkdir(join(directory, 'processes'));
  await writeFile(path, JSON.stringify({ ...left, startedAtMs: 0, stopSignal: 'SIGTERM' }));
  await endLeftovers(directory);
  expect(await identifyProcess(stranger.pid ?? 0)).toBeTruthy();
  expect(await readdir(join(directory, 'processes'))).toEqual([]);
  stranger.kill('SIGKILL');
});

function sleeper() {
  return { name: 'sleeper', command: 'sleep', args: ['600'], ready: () => true };
}
