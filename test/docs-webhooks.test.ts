import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signWebhook, webhookSecretOf } from '@hopsmeter/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '../services/worker/src/webhooks/alert-message.ts';
import { ATTEMPTS_MAX } from '../services/worker/src/webhooks/retry-delay.ts';
import { SEND_TIMEOUT_MS } from '../services/worker/src/webhooks/send-webhook.ts';

type Verify = (secret: string, headers: Readonly<Record<string, string>>, body: string) => boolean;

const SIGNING_KEY = 'a-signing-key-of-the-tests-0123456789';

const DELIVERY = {
  id: 'c1d2e3f4-5a6b-4c7d-8e9f-0a1b2c3d4e5f',
  webhookId: '9a4b1c3d-6e2f-4a7b-8c5d-1e0f2a3b4c5d',
  url: 'https://hooks.example.com/billing',
  attempt: 1,
  alertId: '7d0c6f0e-3c55-4a0b-8a7e-5d2b7f6f1c11',
  accountOwnerId: 'auth0|507f1f77',
  month: '2026-11',
  threshold: 80,
  cap: '1000.00',
  spent: '801.250000000000',
  raisedAt: '2026-11-22T14:05:30.123456Z',
};

let section = '';
let folder = '';
let isOurs: Verify;

beforeAll(async () => {
  const docs = await readFile(new URL('../docs/api.md', import.meta.url), 'utf8');
  section = docs.slice(docs.indexOf('### Spending caps and alerts\n'), docs.indexOf('### GET /v1/accounts/{id}/cap\n'));
  const [, code = ''] = /```js\n(.*?)```/s.exec(section) ?? [];
  folder = await mkdtemp(join(tmpdir(), 'hopsmeter-docs-'));
  await writeFile(join(folder, 'verify.mjs'), code);
  const verify: { isOurs: Verify } = await import(pathToFileURL(join(folder, 'verify.mjs')).href);
  isOurs = verify.isOurs;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the example of docs/api.md', () => {
  const secret = webhookSecretOf(SIGNING_KEY, DELIVERY.webhookId);

  it('takes what a worker posts, also among other signatures', () => {
    const { headers, body } = messageOf(DELIVERY, SIGNING_KEY, Date.now());
    expect(isOurs(secret, headers, body)).toBe(true);
    const signatures = `v1,AAAA v1a,BBBB ${headers['webhook-signature']}`;
    expect(isOurs(secret, { ...headers, 'webhook-signature': signatures }, body)).toBe(true);
  });

  it('refuses other words, another secret, another id and what is old', () => {
    const { headers, body } = messageOf(DELIVERY, SIGNING_KEY, Date.now());
    expect(isOurs(secret, headers, body.replace('80', '81'))).toBe(false);
    expect(isOurs(webhookSecretOf(SIGNING_KEY, 'another'), headers, body)).toBe(false);
    expect(isOurs(secret, { ...headers, 'webhook-id': 'msg_other' }, body)).toBe(false);
    expect(isOurs(secret, {}, body)).toBe(false);
    const old = messageOf(DELIVERY, SIGNING_KEY, Date.now() - 600_000);
    expect(isOurs(secret, old.headers, old.body)).toBe(false);
    const signature = signWebhook(secret, { id: 'msg_1', timestamp: 1, body });
    expect(
      isOurs(secret, { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': signature }, body),
    ).toBe(false);
  });

  it('has the message and the limits of the code', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(section) ?? [];
    expect(JSON.parse(example)).toEqual(JSON.parse(messageOf(DELIVERY, SIGNING_KEY, 0).body));
    expect(section).toContain(`within ${SEND_TIMEOUT_MS / 1_000} seconds`);
    expect(section).toContain(`${ATTEMPTS_MAX} attempts`);
  });
});
