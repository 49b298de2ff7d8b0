import { expect, it } from 'vitest';
import { isUserId } from './user-id.ts';

it.each([
  'auth0|507f1f77',
  "samlp|okta|o'brien@example.com",
  'ad|CORP\\user',
  'a b{!*}/?#%2F',
  '=cmd()',
  '...',
  'ünï|çødé 🦘',
  'x'.repeat(255),
])('%j is the id of a user', (id) => expect(isUserId(id)).toBe(true));

it.each(['', '.', '..', 'a\u0000b', 'a\nb', 'a\u0085b', '\ud800', 'x'.repeat(256)])('%j is none', (id) =>
  expect(isUserId(id)).toBe(false),
);
