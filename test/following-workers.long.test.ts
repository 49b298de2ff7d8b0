import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { APPLICATION_TABLES } from './harness/application-database/tables.ts';
import { post } from './harness/client.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { waitFor } from './harness/wait-for.ts';
import { one } from './harness/world.ts';

/** Covers getting PgBouncer on a machine that has none. */
const START_DEADLINE_MS = 300_000;

const EAST = 'c1a57e40-0000-4000-8000-000000000001';

const answerSchema = z.object({
  counted: z.number(),
  parkedPending: z.number(),
  health: z.object({ following: z.object({ state: z.string(), reason: z.string().nullable() }).nullable() }),
});

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline({
    workers: 2,
    apis: 1,
    isPooled: true,
    // The same database through the same pooler, which is the usual case.
    settings: (databaseUrl) => ({ DIRECTORY_SOURCE_URL: databaseUrl, DIRECTORY_SOURCE_INTERVAL_MS: '1000' }),
    beforeMigration: async (pool) => {
      await pool.query(APPLICATION_TABLES);
      await pool.query(
        `insert into public.hopsworks_clusters (id, name, max_users, status) values ($1, 'east', 9, 'active')`,
        [EAST],
      );
      await pool.query(`insert into public.users (id, email) values ('auth0|ada', 'ada@example.com')`);
    },
  });
}, START_DEADLINE_MS);
afterAll(() => pipeline?.close());

async function readPipeline() {
  const headers = { authorization: `Bearer ${SERVICE_ROLE_KEY}` };
  const answer = await fetch(`${one(pipeline.apis).url}/v1/pipeline`, { headers });
  return answerSchema.parse(await answer.json());
}

const until = (what: string, isSo: (answer: z.output<typeof answerSchema>) => boolean | undefined) =>
  waitFor(what, async () => ((await readPipeline().then(isSo)) === true ? (true as const) : undefined));

it('records while it may not read the application, and counts what was parked once people come over', async () => {
  const { pool } = pipeline;
  await until('the refusal', ({ health }) => health.following?.reason?.includes('does not let this role read'));
  await pool.query('grant usage on schema public to hopsmeter_services');
  await pool.query('grant select on all tables in schema public to hopsmeter_services');
  await until('the application', ({ health }) => health.following?.state === 'current');

  const created = await fetch(`${one(pipeline.apis).url}/v1/clusters/${EAST}/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}` },
  });
  const { key } = z.object({ key: z.string() }).parse(await created.json());
  const time = new Date(Date.now() - 60_000).toISOString();
  const event = (id: string, rest: object) => ({
    specversion: '1.0',
    type: 'ai.hopsworks.usage.meter.v1',
    source: `urn:hopsworks:cluster:${EAST}`,
    time,
    id,
    ...rest,
  });
  const events = [
    event('by namespace', { data: { meter: 'cpu_hours', quantity: 1, namespace: 'ml' } }),
    event('by user', { subject: 'auth0|bob', data: { meter: 'cpu_hours', quantity: 2 } }),
  ];
  const sent = await waitFor('the new key', async () => {
    const answer = await post(one(pipeline.ingests).url, key, JSON.stringify(events));
    return answer?.status === 202 ? answer : undefined;
  });
  expect(sent.status).toBe(202);
  await until('both to be parked', ({ parkedPending }) => parkedPending === 2);

  await pool.query(`
    insert into public.users (id, email, account_owner_id) values ('auth0|bob', 'bob@example.com', 'auth0|ada');
    insert into public.user_hopsworks_assignments
      values ('auth0|ada', '${EAST}', now()), ('auth0|bob', '${EAST}', now());
    insert into public.user_projects (user_id, project_id, namespace, created_at)
    values ('auth0|ada', 1, 'ml', now() - interval '1 hour');
  `);
  await until('both to be counted', ({ counted, parkedPending }) => counted === 2 && parkedPending === 0);
  const { rows } = await pool.query(
    'select user_id, account_owner_id from hopsmeter.usage_events order by user_id collate "C"',
  );
  expect(rows).toEqual([
    { user_id: 'auth0|ada', account_owner_id: 'auth0|ada' },
    { user_id: 'auth0|bob', account_owner_id: 'auth0|ada' },
  ]);
  const audited = await pool.query(
    `select action, count(*)::integer as rows from hopsmeter.audit_log where actor_id = 'following' group by 1
      order by 1`,
  );
  expect(audited.rows).toEqual([
    { action: 'assign_user', rows: 2 },
    { action: 'create_cluster', rows: 1 },
    { action: 'create_project', rows: 1 },
    { action: 'create_user', rows: 2 },
  ]);
}, 120_000);
