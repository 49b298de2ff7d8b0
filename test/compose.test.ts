import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeConfig } from '@hopsmeter/runtime';
import { expect, it } from 'vitest';
import { apiConfigSchema } from '../services/api/src/config.ts';
import { ingestConfigSchema } from '../services/ingest/src/config.ts';
import { workerConfigSchema } from '../services/worker/src/config.ts';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');

const COMPOSE = read('docker-compose.yml');

/** What a container has no use for: tests, development, and where the image itself puts things. */
const LEFT_OUT = ['FAILPOINTS', 'API_DEVELOPMENT_SIGN_IN', 'API_DASHBOARD_DIRECTORY'];

const namesIn = (text: string) => [...text.matchAll(/^ +([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);

const [, shared = ''] = /x-environment:[^\n]*\n([\s\S]*?)\n\n/.exec(COMPOSE) ?? [];

it.each([
  ['ingest', ingestConfigSchema],
  ['worker', workerConfigSchema],
  ['api', apiConfigSchema],
])('passes every documented setting to %s', (service, schema) => {
  const [, block = ''] = new RegExp(`\\n  ${service}:\\n([\\s\\S]*?)\\n\\n`).exec(COMPOSE) ?? [];
  const passed = [...namesIn(shared), ...namesIn(block)];
  const names = describeConfig(schema).map(({ name }) => name);
  expect(names.filter((name) => !passed.includes(name) && !LEFT_OUT.includes(name))).toEqual([]);
});

it('starts a Postgres only where the file of it is read', () => {
  expect(COMPOSE).not.toContain('image: postgres');
  expect(COMPOSE).not.toContain('postgres: { condition');
  expect(read('docker-compose.override.yml')).toContain('image: postgres');
});
