import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseServicePort } from './choose-service-port.ts';
import { createClosers } from './closers.ts';
import { keepSecret } from './keep-secret.ts';
import { monthsUpTo } from './read-summary.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('chooseServicePort', () => {
  it('takes the next free port when the usual one is taken', async () => {
    const taken = await takePort();
    expect(await chooseServicePort('API_PORT', undefined, taken)).toBeGreaterThan(taken);
  });

  it('refuses a port that was asked for and is taken or is none', async () => {
    const taken = await takePort();
    await expect(chooseServicePort('API_PORT', String(taken), 4_000)).rejects.toThrow(
      `Port ${taken} (API_PORT) is taken`,
    );
    await expect(chooseServicePort('API_PORT', 'http', 4_000)).rejects.toThrow(
      'API_PORT must be a port from 1 to 65535',
    );
  });
});

describe('keepSecret', () => {
  it('makes a secret once, for its owner only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-'));
    undo.push(() => rm(directory, { recursive: true }));
    const path = join(directory, 'new', 'key');
    const secret = await keepSecret(path);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await keepSecret(path)).toBe(secret);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('closers', () => {
  it('close in reverse order, all of them though one fails', async () => {
    const closed: string[] = [];
    const closers = createClosers();
    closers.add('first', () => closed.push('first'));
    closers.add('second', () => Promise.reject(new Error('no')));
    closers.add('third', () => closed.push('third'));
    const failed: string[] = [];
    expect(await closers.closeAll((name) => failed.push(name))).toBe(false);
    expect(closed).toEqual(['third', 'first']);
    expect(failed).toEqual(['second']);
  });
});

describe('monthsUpTo', () => {
  it('names the past and the running month, also in January', () => {
    expect(monthsUpTo(new Date('2027-01-31T23:59:59Z'))).toEqual(['2026-12', '2027-01']);
    expect(monthsUpTo(new Date('2026-03-31T00:00:00Z'))).toEqual(['2026-02', '2026-03']);
  });
});
