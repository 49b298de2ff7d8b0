import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './harness/pipeline.ts';

const QUEUE_SETTINGS = ['REDIS_URL', 'QUEUE_PREFIX'];

it.each([
  ['ingest', ['DATABASE_URL', 'LOG_LEVEL', ...QUEUE_SETTINGS]],
  ['worker', ['DATABASE_URL', 'LOG_LEVEL', ...QUEUE_SETTINGS]],
  ['collector', ['INGEST_URL', 'CLUSTER_ID', 'LOG_LEVEL']],
  ['api', ['DATABASE_URL', 'LOG_LEVEL', 'SUPABASE_SERVICE_ROLE_KEY']],
])('%s names every setting that is wrong and exits with 78, so that it is not restarted', (service, names) => {
  const main = join(ROOT, 'services', service, 'dist', 'main.js');
  const env = { PATH: process.env.PATH, QUEUE_PREFIX: 'a:b', LOG_LEVEL: 'loud' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], { env, encoding: 'utf8' });
  expect(stderr).toMatch(new RegExp(`^${service}: the environment does not fit:$`, 'm'));
  for (const name of names) expect(stderr).toMatch(new RegExp(`^ {2}${name}: `, 'm'));
  expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
});
