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

it('describes every setting', () => {
  for (const setting of describeConfig(apiConfigSchema)) expect(setting.description).not.toBe('');
});
