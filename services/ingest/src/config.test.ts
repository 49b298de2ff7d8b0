import { describeConfig, loadConfig } from '@hopsmeter/runtime';
import { expect, it } from 'vitest';
import { ingestConfigSchema } from './config.ts';

it('needs only to know its Redis and Postgres', () => {
  const config = loadConfig(ingestConfigSchema, {
    REDIS_URL: 'redis://localhost',
    DATABASE_URL: 'postgres://localhost/h',
  });
  expect(config).toMatchObject({ INGEST_PORT: 4_100, INGEST_HOST: '127.0.0.1', QUEUE_PREFIX: '{hopsmeter}' });
});

it('describes every setting', () => {
  for (const { name, description } of describeConfig(ingestConfigSchema)) expect(description, name).not.toBe('');
});
