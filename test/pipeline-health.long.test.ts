import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { post } from './harness/client.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, one, type TestWorld } from './harness/world.ts';

const queueSchema = z
  .object({ waitingJobs: z.int(), oldestWaitingAt: z.string().nullable(), isCurrent: z.boolean() })
  .nullable();
const answerSchema = z.object({ health: z.object({ queue: queueSchema }) });
type Queue = z.output<typeof queueSchema>;

describe('the health of the queue, as the api tells it', () => {
  let pipeline: Pipeline;
  let world: TestWorld;

  beforeAll(async () => {
    pipeline = await startPipeline({ apis: 1 });
    const directory = { clusters: 1, ownersPerCluster: 1, membersPerOwner: 0, projectsPerUser: 1, ownerChangesAt: [] };
    world = await createWorld(pipeline.pool, directory);
  });
  afterAll(() => pipeline?.close());

  const readQueue = async (): Promise<Queue> => {
    const headers = { authorization: `Bearer ${SERVICE_ROLE_KEY}` };
    const answer = await fetch(`${one(pipeline.apis).url}/v1/pipeline`, { headers });
    return answerSchema.parse(await answer.json()).health.queue;
  };
  const until = (what: string, is: (queue: Queue) => boolean | undefined) =>
    waitFor(what, async () => ((await readQueue().then(is)) === true ? (true as const) : undefined));
  /** As if so much time had passed; a worker that is alive makes it up within 5 seconds. */
  const age = (seconds: number) =>
    pipeline.pool.query(`update hopsmeter.queue_statuses set measured_at = measured_at - $1 * interval '1 second'`, [
      seconds,
    ]);

  it('is there soon after a worker is, old once the worker is killed, and right again with the next one', async () => {
    await until('a first look', (queue) => queue?.isCurrent);
    const [worker] = pipeline.workers;
    await worker?.kill('SIGKILL');
    const [cluster, project] = [one(world.clusters), one(world.projects)];
    const data = { meter: 'model_calls', quantity: 1, namespace: project.namespace };
    const event = {
      specversion: '1.0',
      type: 'ai.hopsworks.usage.meter.v1',
      source: `urn:hopsworks:cluster:${cluster.id}`,
    };
    const time = new Date(Date.now() - 60_000).toISOString();
    const sent = await post(
      one(pipeline.ingests).url,
      cluster.key,
      JSON.stringify([{ ...event, id: 'e', time, data }]),
    );
    expect(sent?.status).toBe(202);
    // Of the 30 seconds, 20 pass at once, and then the others.
    await age(20);
    expect(await readQueue()).toMatchObject({ waitingJobs: 0, isCurrent: true });
    await age(10);
    await until('an old row', (queue) => queue?.isCurrent === false);
    await worker?.restart();
    await until('the next worker', (queue) => queue?.isCurrent === true && queue.waitingJobs === 0);
    await pipeline.drain(1);
  }, 120_000);

  it('is old while Redis does not answer, which stops no worker from stopping', async () => {
    await pipeline.redis.kill('SIGSTOP');
    await age(60);
    await until('an old row', (queue) => queue?.isCurrent === false);
    const [worker] = pipeline.workers;
    await worker?.kill('SIGTERM');
    await pipeline.redis.kill('SIGCONT');
  }, 120_000);
});
