import { ConfigError, describeConfig, loadConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { apiConfigSchema } from './config.ts';

const DATABASE_URL = 'postgres://hopsmeter@localhost:6543/hopsmeter';
const SUPABASE_SERVICE_ROLE_KEY = 'k'.repeat(32);

it('needs a database and a service role key, and has a default for the rest', () => {
  expect(loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY })).toEqual({
    API_PORT: 4_000,
    API_HOST: '127.0.0.1',
    DATABASE_URL,
    API_DATABASE_CONNECTIONS_MAX: 10,
    SUPABASE_SERVICE_ROLE_KEY,
    API_DEVELOPMENT_SIGN_IN: false,
    API_REQUESTS_PER_MINUTE: 6_000,
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: false,
    LOG_LEVEL: 'info',
    DRAIN_DELAY_MS: 0,
    SHUTDOWN_DEADLINE_MS: 25_000,
  });
});

describe('a key that protects nothing ends the start', () => {
  it.each([undefined, '', '  ', 'k'.repeat(31), `${'k'.repeat(40)} k`])('%j', (key) => {
    const load = () => loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY: key });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/^ {2}SUPABASE_SERVICE_ROLE_KEY: /m);
    expect(load).not.toThrow(/kkk/);
  });
});

it('takes no key for webhooks that can be guessed, and does not repeat it', () => {
  const load = () =>
    loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, WEBHOOK_SIGNING_KEY: 'w'.repeat(31) });
  expect(load).toThrow(/^ {2}WEBHOOK_SIGNING_KEY: /m);
  expect(load).not.toThrow(/www/);
});

describe('the issuer of statements', () => {
  const load = (STATEMENT_ISSUER: string) =>
    loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, STATEMENT_ISSUER }).STATEMENT_ISSUER;

  it('has lines with | or a line break between', () => {
    expect(load('Example Cloud AB | Storgatan 1|111 22 Stockholm')).toBe(
      'Example Cloud AB\nStorgatan 1\n111 22 Stockholm',
    );
    expect(load('Example Cloud AB\nStockholm\r\n')).toBe('Example Cloud AB\nStockholm');
    expect(load('')).toBeUndefined();
  });

  it.each(['A||B', '|', 'A|', 'x'.repeat(101), Array(11).fill('x').join('|')])('is refused as %j', (text) => {
    expect(() => load(text)).toThrow(/^ {2}STATEMENT_ISSUER: /m);
  });
});

describe('the origins whose pages may call', () => {
  const load = (API_CORS_ORIGINS: string) =>
    loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, API_CORS_ORIGINS }).API_CORS_ORIGINS;

  it('are as browsers send them', () => {
    expect(load('https://billing.example.com, http://localhost:5173')).toEqual([
      'https://billing.example.com',
      'http://localhost:5173',
    ]);
    expect(load(' ')).toBeUndefined();
  });

  it.each([
    '*',
    'null',
    'https://*.example.com/',
    'https://billing.example.com/',
    'https://Billing.example.com',
    'https://billing.example.com:443',
    'billing.example.com',
    'file://',
    'https://a.example,,https://b.example',
  ])('are not %j', (origins) => {
    expect(() => load(origins)).toThrow(/^ {2}API_CORS_ORIGINS: expected origins/m);
  });
});

describe('people', () => {
  const AUTH0_ISSUER = 'https://tenant.eu.auth0.com/';
  const AUTH0_AUDIENCE = 'https://hopsmeter.example/api';
  const load = (env: Readonly<Record<string, string>>) =>
    loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, ...env });

  it('get in with the tokens of an issuer, which ends with a slash', () => {
    for (const issuer of [AUTH0_ISSUER, AUTH0_ISSUER.slice(0, -1)])
      expect(load({ AUTH0_ISSUER: issuer, AUTH0_AUDIENCE })).toMatchObject({ AUTH0_ISSUER, AUTH0_AUDIENCE });
    const local = 'http://127.0.0.1:4999/';
    expect(load({ AUTH0_ISSUER: local, AUTH0_AUDIENCE })).toMatchObject({ AUTH0_ISSUER: local });
  });

  it('do not when nothing is said of them', () => {
    for (const env of [{}, { AUTH0_ISSUER: '', AUTH0_AUDIENCE: ' ' }]) {
      const config = load(env);
      expect([config.AUTH0_ISSUER, config.AUTH0_AUDIENCE]).toEqual([undefined, undefined]);
    }
  });

  it.each([
    [{ AUTH0_ISSUER }, 'AUTH0_AUDIENCE'],
    [{ AUTH0_AUDIENCE }, 'AUTH0_ISSUER'],
    [{ AUTH0_ISSUER: '', AUTH0_AUDIENCE }, 'AUTH0_ISSUER'],
  ])('end the start when half of it is said: %j', (env, missing) => {
    expect(() => load(env)).toThrow(new RegExp(`^  ${missing}: required, but not set$`, 'm'));
    expect(() => load({ ...env, API_PORT: 'x' })).toThrow(new RegExp(`^  ${missing}: required, but not set$`, 'm'));
  });

  it.each(['tenant.eu.auth0.com', 'http://tenant.eu.auth0.com/', 'http://127.0.0.1.evil.example/', 'ftp://x/', 'x'])(
    'do not get in by an issuer whose keys anybody could give: %s',
    (issuer) => {
      expect(() => load({ AUTH0_ISSUER: issuer, AUTH0_AUDIENCE })).toThrow(/^ {2}AUTH0_ISSUER: /m);
    },
  );

  it.each(['https://tenant.eu.auth0.com/?a=b', 'https://tenant.eu.auth0.com/#a'])('nor by %s', (issuer) => {
    expect(() => load({ AUTH0_ISSUER: issuer, AUTH0_AUDIENCE })).toThrow(/^ {2}AUTH0_ISSUER: /m);
  });
});

describe('the development sign-in', () => {
  const load = (env: Readonly<Record<string, string>>) =>
    loadConfig(apiConfigSchema, { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, API_DEVELOPMENT_SIGN_IN: 'true', ...env });

  it.each([{}, { NODE_ENV: 'development' }, { API_HOST: 'localhost' }, { API_HOST: '::1' }])('is for %j', (env) => {
    expect(load(env).API_DEVELOPMENT_SIGN_IN).toBe(true);
  });

  it.each([
    [{ NODE_ENV: 'production' }, 'must not be on with NODE_ENV=production'],
    [{ API_HOST: '0.0.0.0' }, 'must not be on where other machines reach the api'],
    [{ AUTH0_ISSUER: 'https://tenant.eu.auth0.com/', AUTH0_AUDIENCE: 'x' }, 'must not be on when AUTH0_ISSUER is set'],
  ])('ends the start with %j', (env, words) => {
    expect(() => load(env)).toThrow(new RegExp(`^  API_DEVELOPMENT_SIGN_IN: .*${words}`, 'm'));
    expect(() => load({ ...env, API_PORT: 'x' })).toThrow(words);
    expect(load({ ...env, API_DEVELOPMENT_SIGN_IN: 'false' }).API_DEVELOPMENT_SIGN_IN).toBe(false);
  });
});

it('takes a client of the page only with the issuer that knows it', () => {
  const env = { DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY, AUTH0_CLIENT_ID: 'page' };
  expect(() => loadConfig(apiConfigSchema, env)).toThrow(/^ {2}AUTH0_ISSUER: required, but not set$/m);
});

it('describes every setting', () => {
  for (const setting of describeConfig(apiConfigSchema)) expect(setting.description).not.toBe('');
});
