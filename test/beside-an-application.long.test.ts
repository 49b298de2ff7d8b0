import { migrate, type Pool } from '@hopsmeter/db';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SMALL_APPLICATION } from './harness/application-database/small-application.ts';
import { dumpSchema } from './harness/dump-schema.ts';
import { createEvents } from './harness/events.ts';
import { expectRollup } from './harness/oracle.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { postAll } from './harness/post-all.ts';
import { createRandom } from './harness/random.ts';
import { readRollup } from './harness/rollup.ts';
import { createWorld, one } from './harness/world.ts';

const EVENTS = 500;

/** Covers getting PgBouncer on a machine that has none. */
const START_DEADLINE_MS = 300_000;

let pipeline: Pipeline;
let publicBefore: string[];
let schemasBefore: string[];

beforeAll(async () => {
  pipeline = await startPipeline({
    apis: 1,
    isPooled: true,
    beforeMigration: async (pool) => {
      await pool.query(SMALL_APPLICATION);
      publicBefore = await dumpSchema(pool, 'public');
      schemasBefore = await schemasOf(pool);
    },
  });
}, START_DEADLINE_MS);
afterAll(() => pipeline?.close());

it('counts beside an application with tables of the same names and leaves its schema byte for byte', async () => {
  expect(publicBefore.length).toBeGreaterThan(100);
  const world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: 2,
    membersPerOwner: 1,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  const random = createRandom(1);
  const events = createEvents(random, world, EVENTS, Date.now());
  const acknowledged = await postAll(pipeline, world, random, events);
  expect(await pipeline.drain(acknowledged)).toMatchObject({ counted: EVENTS, parked: 0 });
  expect(await readRollup(pipeline.pool)).toEqual(expectRollup(world, events));
  const answer = await fetch(`${one(pipeline.apis).url}/v1/users?limit=100`, {
    headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}` },
  });
  expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining('auth0|ada')]);
  await migrate(pipeline.postgres.url);
  expect(await dumpSchema(pipeline.pool, 'public')).toEqual(publicBefore);
});

it('has everything in the schema hopsmeter, and made no other', async () => {
  expect(await schemasOf(pipeline.pool)).toEqual([...schemasBefore, 'hopsmeter'].sort());
});

/** Without those that Postgres makes for temporary tables. */
async function schemasOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname !~ '^pg_(toast_)?temp_' order by nspname collate "C"`,
  );
  return rows.map(({ name }) => name);
}
