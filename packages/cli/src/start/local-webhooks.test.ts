import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localWebhooks } from './local-webhooks.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-webhooks-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('switches webhooks on with a key that stays the same', async () => {
  const first = await localWebhooks({}, directory);
  expect(first).toEqual({
    WEBHOOK_SIGNING_KEY: await readFile(join(directory, 'webhook-signing-key'), 'utf8'),
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
  });
  expect(await localWebhooks({}, directory)).toEqual(first);
});

it('leaves settings that the environment has as they are', async () => {
  expect(await localWebhooks({ WEBHOOK_SIGNING_KEY: 'k'.repeat(40) }, directory)).toEqual({});
});
