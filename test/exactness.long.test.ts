import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvents } from './harness/events.ts';
import { expectRollup } from './harness/oracle.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { postAll } from './harness/post-all.ts';
import { createRandom } from './harness/random.ts';
import { readRollup } from './harness/rollup.ts';
import { createWorld, type TestWorld } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

const SEED = Number(process.env.TEST_SEED ?? 20_261_122);
const EVENTS = 50_000;
const DAY = 86_400_000;

describe(`random usage (TEST_SEED=${SEED})`, () => {
  let pipeline: Pipeline;
  let world: TestWorld;

  beforeAll(async () => {
    pipeline = await startPipeline({ ingests: 2, workers: 2 });
    world = await createWorld(pipeline.pool, {
      clusters: 3,
      ownersPerCluster: 3,
      membersPerOwner: 4,
      projectsPerUser: 2,
      // Every namespace changes hands twice, most often within a window.
      handOversAt: [Date.now() - 30 * DAY - 7_654_321, Date.now() - 29 * DAY],
      ownerChangesAt: [Date.now() - 40 * DAY, Date.now() - 20 * DAY - 12_345_678],
    });
  });
  afterAll(() => pipeline?.close());

  it('equals an independent oracle to the last digit, whatever changes, comes twice or out of order', async () => {
    const random = createRandom(SEED);
    const events = createEvents(random, world, EVENTS, Date.now());
    const sent = random.shuffle([...events, ...events.filter(() => random.chance(20))]);

    const acknowledged = await postAll(pipeline, world, random, sent);
    const totals = await pipeline.drain(acknowledged);

    expect(acknowledged).toBe(sent.length);
    expect(totals).toEqual({ events: sent.length, counted: EVENTS, duplicates: sent.length - EVENTS, parked: 0 });
    expect(await readRollup(pipeline.pool)).toEqual(expectRollup(world, events));
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
  }, 240_000);
});
