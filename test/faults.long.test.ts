import { afterEach, describe, expect, it } from 'vitest';
import { createEvents, type PostedEvent } from './harness/events.ts';
import { expectRollup } from './harness/oracle.ts';
import { type Pipeline, type Service, startPipeline } from './harness/pipeline.ts';
import { postAll } from './harness/post-all.ts';
import { createRandom } from './harness/random.ts';
import { readBatchTotals, readRollup } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, type TestWorld } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

const EVENTS = 20_000;

/** A killed worker's jobs come back after its locks expired and the stalled check ran twice. */
const RECOVERY_MS = 90_000;

describe('totals stay exact', () => {
  let pipeline: Pipeline | undefined;
  afterEach(() => pipeline?.close());

  /** Posts random events while `disturb` runs, then compares everything with the oracle. */
  const runWith = async (
    disturb: (pipeline: Pipeline, progress: (share: number) => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    const random = createRandom(7);
    const started = await startPipeline({ workers: 2 });
    pipeline = started;
    const world = await createSmallWorld(started);
    const events = createEvents(random, world, EVENTS, Date.now());
    let acknowledged = 0;
    const reached = (share: number): Promise<void> =>
      waitFor('progress', () => (acknowledged >= share * EVENTS ? (true as const) : undefined)).then(() => undefined);
    const posting = postAll(started, world, random, events, (count) => {
      acknowledged = count;
    });
    await Promise.all([posting, disturb(started, reached)]);
    await expectExact(started, world, events);
    // A supervisor would start it again, and hide that a fault of a dependency ends our processes.
    for (const service of [...started.ingests, ...started.workers])
      expect(await hasEnded(service), `${service.name} ended by itself`).toBe(false);
  };

  it('when workers are killed in the middle, twice', async () => {
    await runWith(async ({ workers: [first, second] }, reached) => {
      await reached(0.2);
      await first?.kill('SIGKILL');
      await first?.restart();
      await reached(0.6);
      await Promise.all([first?.kill('SIGKILL'), second?.kill('SIGKILL')]);
      await Promise.all([first?.restart(), second?.restart()]);
    });
  }, 240_000);

  it('when Redis is killed under load and comes back with its append-only file', async () => {
    await runWith(async ({ redis }, reached) => {
      await reached(0.3);
      await redis.kill('SIGKILL');
      await redis.restart();
    });
  }, 240_000);

  it('when Postgres is killed under load: ingest goes on, workers wait and catch up', async () => {
    await runWith(async ({ postgres, pool }, reached) => {
      await reached(0.3);
      await postgres.kill('SIGKILL');
      await reached(0.9);
      await postgres.restart();
      await waitFor('Postgres', () => pool.query('select 1').catch(() => undefined));
    });
  }, 240_000);

  it('when services are stopped and started in turn', async () => {
    await runWith(async ({ ingests, workers }, reached) => {
      for (const [index, service] of [...workers, ...ingests].entries()) {
        await reached(0.2 * (index + 1));
        await service.restart();
      }
    });
  }, 240_000);
});

function createSmallWorld({ pool }: Pipeline): Promise<TestWorld> {
  const change = Date.now() - 10 * 86_400_000;
  return createWorld(pool, {
    clusters: 2,
    ownersPerCluster: 2,
    membersPerOwner: 2,
    projectsPerUser: 2,
    ownerChangesAt: [change],
  });
}

/** A send whose answer was lost may have been taken, so there may be duplicates; never a loss or a second count. */
async function expectExact(pipeline: Pipeline, world: TestWorld, events: readonly PostedEvent[]): Promise<void> {
  await waitFor(
    'every event to be counted',
    async () => {
      const { counted } = await readBatchTotals(pipeline.pool);
      return counted >= events.length ? counted : undefined;
    },
    RECOVERY_MS,
  );
  expect(await readRollup(pipeline.pool)).toEqual(expectRollup(world, events));
  expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
  const totals = await readBatchTotals(pipeline.pool);
  expect(totals.counted).toBe(events.length);
  expect(totals.parked).toBe(0);
}

function hasEnded(service: Service): Promise<boolean> {
  return Promise.race([service.exited.then(() => true), Promise.resolve(false)]);
}
