import { expect, it } from 'vitest';
import { developmentSignIn } from './development-sign-in.ts';

const isOn = (env: Readonly<Record<string, string>>) => developmentSignIn(env).API_DEVELOPMENT_SIGN_IN;

it('is on for a stack of this machine', () => {
  expect(isOn({})).toBe('true');
  expect(isOn({ API_HOST: 'localhost', NODE_ENV: 'development' })).toBe('true');
});

it.each([
  { NODE_ENV: 'production' },
  { API_HOST: '0.0.0.0' },
  { AUTH0_ISSUER: 'https://tenant.example/', AUTH0_AUDIENCE: 'x' },
  { NODE_ENV: 'production', API_DEVELOPMENT_SIGN_IN: 'true' },
])('is off with %j', (env) => {
  expect(isOn(env)).toBe('false');
});
