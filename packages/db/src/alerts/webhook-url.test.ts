import { describe, expect, it } from 'vitest';
import { problemOfWebhookUrl } from './webhook-url.ts';

describe('the address of a webhook', () => {
  it.each([
    'https://example.com/',
    'https://hooks.example.com/a/b?c=d',
    'https://example.com:8443/x',
    'https://xn--bcher-kva.example/',
  ])('may be %s', (url) => {
    expect(problemOfWebhookUrl(url, false)).toBeUndefined();
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'example.com',
    '',
    'https://',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://example.com/#a',
    'https://example.com',
    'https://EXAMPLE.com/',
    'https://example.com:443/',
    ' https://example.com/',
    'https://example.com/a/../b',
    'https://example.com\\@10.0.0.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://8.8.8.8/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://metadata/',
    'https://example.com./',
    'https://example.com:22/',
    'https://example.com:25/',
    `https://example.com/${'a'.repeat(2_048)}`,
  ])('cannot be %s', (url) => {
    expect(problemOfWebhookUrl(url, false)).toEqual(expect.any(String));
  });

  it('may be http and private where that is allowed, still without a password', () => {
    expect(problemOfWebhookUrl('http://127.0.0.1:8080/', true)).toBeUndefined();
    expect(problemOfWebhookUrl('http://localhost/', true)).toBeUndefined();
    expect(problemOfWebhookUrl('http://user@127.0.0.1/', true)).toBeDefined();
    expect(problemOfWebhookUrl('ftp://127.0.0.1/', true)).toBeDefined();
  });
});
