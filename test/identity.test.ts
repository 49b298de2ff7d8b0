import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClient } from './harness/client.ts';
import type { PostedEvent } from './harness/events.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { createRandom } from './harness/random.ts';
import { type BatchTotals, readBatchTotals } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, one, type TestProject, type TestWorld } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

describe('the identity of an event', () => {
  let pipeline: Pipeline;
  let world: TestWorld;

  beforeAll(async () => {
    pipeline = await startPipeline({ ingests: 2, workers: 2 });
    world = await createWorld(pipeline.pool, {
      clusters: 2,
      ownersPerCluster: 1,
      membersPerOwner: 0,
      projectsPerUser: 1,
      ownerChangesAt: [],
    });
  });
  afterAll(() => pipeline?.close());

  it('survives two clients that post overlapping batches in opposite order at the same time', async () => {
    const { before, project } = await prepare();
    const rounds = 40;
    const size = 300;
    let answers = 0;
    for (let round = 0; round < rounds; round++) {
      const events = Array.from({ length: size }, (_, i) => calls(project, `overlap-${round}-${i}`, '1'));
      const results = await Promise.all([
        send(0, project, events.slice(0, 200)),
        send(1, project, events.slice(100).reverse()),
      ]);
      answers += results.filter(({ sends }) => sends === 1).length;
    }
    const gained = await gain(before, rounds * 400);
    // One send each: no 5xx on the way.
    expect(answers).toBe(rounds * 2);
    expect(gained).toEqual({ events: rounds * 400, counted: rounds * size, duplicates: rounds * 100, parked: 0 });
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
    const deadlocks = await pipeline.pool.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(one(deadlocks.rows).deadlocks).toBe('0');
  }, 120_000);

  it('is counted once when a copy is added while the other is being worked on', async () => {
    const { before, project } = await prepare();
    const random = createRandom(3);
    const events = Array.from({ length: 50 }, (_, i) => calls(project, `twin-${i}`, '2'));
    await Promise.all(
      Array.from({ length: 20 }, () => send(random.int(2), project, random.shuffle(events).slice(0, 50))),
    );
    expect(await gain(before, 1_000)).toEqual({ events: 1_000, counted: 50, duplicates: 950, parked: 0 });
  });

  it('is another one on another cluster, even with the same id', async () => {
    const { before, project } = await prepare();
    const other = projectOf(1);
    await send(0, project, [calls(project, 'same-id', '1')]);
    await send(0, other, [calls(other, 'same-id', '1')]);
    expect(await gain(before, 2)).toEqual({ events: 2, counted: 2, duplicates: 0, parked: 0 });
  });

  it.each([
    ['another quantity', (event: PostedEvent) => ({ ...event, data: { ...event.data, quantity: '2' } })],
    ['another day', (event: PostedEvent) => ({ ...event, time: new Date(Date.now() - 86_400_000 * 3).toISOString() })],
    ['another user', (event: PostedEvent) => ({ ...event, subject: 'auth0|c0o0' })],
  ])('parks a copy with %s as a conflict and does not count it', async (_name, change) => {
    const { before, project } = await prepare();
    const event = calls(project, `conflict-${randomUUID()}`, '1');
    await send(0, project, [event]);
    await gain(before, 1);
    const other = change(event);
    await send(0, project, [other]);
    await send(0, project, [other]);

    expect(await gain(before, 3)).toEqual({ events: 3, counted: 1, duplicates: 1, parked: 1 });
    const parked = await pipeline.pool.query('select reason, status from hopsmeter.parked_events where event_id = $1', [
      event.id,
    ]);
    expect(parked.rows).toEqual([{ reason: 'conflict', status: 'pending' }]);
  });

  it('parks the second of two different copies in one batch', async () => {
    const { before, project } = await prepare();
    await send(0, project, [calls(project, 'torn', '1'), calls(project, 'torn', '1'), calls(project, 'torn', '3')]);
    expect(await gain(before, 3)).toEqual({ events: 3, counted: 1, duplicates: 1, parked: 1 });
  });

  const prepare = async () => ({ before: await readBatchTotals(pipeline.pool), project: projectOf(0) });

  const projectOf = (cluster: number): TestProject =>
    one(world.projects.filter(({ clusterId }) => clusterId === world.clusters[cluster]?.id));

  const send = (ingest: number, { clusterId }: TestProject, events: readonly PostedEvent[]) => {
    const cluster = one(world.clusters.filter(({ id }) => id === clusterId));
    return createTestClient(pipeline.ingests[ingest]?.url ?? '', cluster.key).send(events);
  };

  /** What was recorded since `before`, once `events` more are. */
  const gain = (before: BatchTotals, events: number): Promise<BatchTotals> =>
    waitFor('the events to be recorded', async () => {
      const now = await readBatchTotals(pipeline.pool);
      return now.events - before.events >= events
        ? {
            events: now.events - before.events,
            counted: now.counted - before.counted,
            duplicates: now.duplicates - before.duplicates,
            parked: now.parked - before.parked,
          }
        : undefined;
    });
});

const TIME = new Date(Date.now() - 3_600_000).toISOString();

function calls(project: TestProject, id: string, quantity: string): PostedEvent {
  return {
    id,
    source: `urn:hopsworks:cluster:${project.clusterId}`,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.meter.v1',
    time: TIME,
    data: { meter: 'model_calls', quantity, namespace: project.namespace },
  };
}
