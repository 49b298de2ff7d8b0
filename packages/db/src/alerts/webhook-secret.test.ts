import { expect, it } from 'vitest';
import { signWebhook, webhookSecretOf } from './webhook-secret.ts';

it('signs as the published example of Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body };
  expect(signWebhook(secret, message)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('gives every endpoint a secret of its own, always the same', () => {
  const key = 'k'.repeat(32);
  const secret = webhookSecretOf(key, 'a');
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(webhookSecretOf(key, 'a')).toBe(secret);
  expect(webhookSecretOf(key, 'b')).not.toBe(secret);
  expect(webhookSecretOf('l'.repeat(32), 'a')).not.toBe(secret);
});
