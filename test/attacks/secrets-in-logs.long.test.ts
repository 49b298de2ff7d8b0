import { generateClusterKey } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../harness/bad-connection.ts';
import { createTestClient } from '../harness/client.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createCluster, createWorld, one, type TestCluster, type TestProject } from '../harness/world.ts';
import { callsEvent } from './calls-event.ts';

const SERVICE_ROLE_KEY = 'canary-service-role-key-0123456789-abcdefghij';
const WEBHOOK_SIGNING_KEY = 'canary-webhook-signing-key-0123456789-abcdefg';
const STRIPE_API_KEY = 'sk_test_canary0123456789abcdefghijkl';
const SUPABASE_DB_PASSWORD = 'canary-database-password-0123456789';

let pipeline: Pipeline;
let cluster: TestCluster;
let project: TestProject;
const log: string[] = [];

beforeAll(async () => {
  pipeline = await startPipeline({
    apis: 1,
    settings: {
      LOG_LEVEL: 'trace',
      SUPABASE_SERVICE_ROLE_KEY: SERVICE_ROLE_KEY,
      WEBHOOK_SIGNING_KEY,
      STRIPE_API_KEY,
      // Nobody listens there: every attempt fails and is logged.
      STRIPE_API_URL: 'http://127.0.0.1:9',
      STRIPE_EXPORT_INTERVAL_MS: '1000',
      SUPABASE_DB_PASSWORD,
      INGEST_KEY_REQUESTS_PER_SECOND: '10',
    },
    onLine: (line) => log.push(line),
  });
  const world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  cluster = one(world.clusters);
  project = one(world.projects);
});

afterAll(() => pipeline?.close());

it('no secret is in the log of any service, whatever is sent and whatever breaks', { timeout: 120_000 }, async () => {
  const ingest = one(pipeline.ingests).url;
  const unknown = generateClusterKey().key;
  const headersOf = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
  const postTo = (path: string, key: string, body: string) =>
    send(ingest, { method: 'POST', path, headers: headersOf(key), body });
  const statuses: number[] = [];
  for (const key of [cluster.key, unknown, `${cluster.key}x`, SERVICE_ROLE_KEY])
    for (const [path, body] of [
      ['/api/v1/events', JSON.stringify([callsEvent(project, 'e')])],
      ['/api/v1/events', `{"key":"${key}"`],
      ['/api/v1/events', JSON.stringify([{ authorization: key }])],
      [`/api/v1/events?key=${key}`, '[]'],
      [`/api/v1/nothing?access_token=${key}`, '[]'],
    ] as const)
      statuses.push((await postTo(path, key, body)).status);
  expect([...new Set(statuses)].sort()).toEqual([202, 400, 401, 404]);

  // More than the key may send, and everything behind the services away for a while.
  const flood = await Promise.all(Array.from({ length: 100 }, () => postTo('/api/v1/events', cluster.key, '[]')));
  expect(flood.map(({ status }) => status)).toContain(429);
  const lineCount = log.length;
  await pipeline.postgres.kill('SIGKILL');
  await pipeline.redis.kill('SIGKILL');
  await waitFor('the services to notice', async () =>
    (await postTo('/api/v1/events', cluster.key, '[]')).status === 503 ? true : undefined,
  );
  await waitFor('each of them to have complained', () =>
    ['ingest', 'worker'].every((name) => log.slice(lineCount).some((line) => line.includes(`"name":"${name}"`)))
      ? true
      : undefined,
  );
  await pipeline.postgres.restart();
  await pipeline.redis.restart();
  await waitFor('it to work again', async () => {
    await createCluster(pipeline.pool, `cluster ${Math.random()}`);
    return true;
  });
  await createTestClient(ingest, cluster.key).send([callsEvent(project, 'afterwards')]);

  expect(log.length).toBeGreaterThan(20);
  const written = log.join('\n');
  const { password: redisPassword } = new URL(pipeline.redis.url);
  const { password: databasePassword } = new URL(pipeline.servicesUrl);
  const secrets = { cluster: cluster.key, unknown, SERVICE_ROLE_KEY, WEBHOOK_SIGNING_KEY, STRIPE_API_KEY };
  for (const [name, secret] of Object.entries({ ...secrets, SUPABASE_DB_PASSWORD, redisPassword, databasePassword })) {
    expect(secret.length, name).toBeGreaterThan(16);
    // Not even half of it: a part is enough to guess the rest. The beginning of a cluster key is what people know it
    // by.
    expect(written, name).not.toContain(secret.slice(-Math.floor(secret.length / 2)));
  }
});
