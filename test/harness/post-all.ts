import { createTestClient } from './client.ts';
import type { PostedEvent } from './events.ts';
import type { Pipeline } from './pipeline.ts';
import type { Random } from './random.ts';
import type { TestWorld } from './world.ts';

/** Requests under way at once for each cluster. */
const CLIENTS_PER_CLUSTER = 2;

/**
 * Posts events from several clients at once, in batches of random sizes, each to any ingest, until every one is
 * acknowledged.
 *
 * @param onProgress told after each acknowledged batch how many events are acknowledged.
 * @returns how many events were acknowledged.
 */
export async function postAll(
  pipeline: Pipeline,
  world: TestWorld,
  random: Random,
  events: readonly PostedEvent[],
  onProgress: (acknowledged: number) => void = () => undefined,
): Promise<number> {
  let acknowledged = 0;
  const posting = world.clusters.flatMap(({ id, key }) => {
    const batches = toBatches(
      random,
      events.filter(({ source }) => source.endsWith(id)),
    );
    return Array.from({ length: CLIENTS_PER_CLUSTER }, async () => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
        const client = createTestClient(random.pick(pipeline.ingests).url, key);
        const { accepted } = await client.send(batch);
        acknowledged += accepted;
        onProgress(acknowledged);
      }
    });
  });
  await Promise.all(posting);
  return acknowledged;
}

function toBatches(random: Random, events: readonly PostedEvent[]): PostedEvent[][] {
  const batches: PostedEvent[][] = [];
  for (let at = 0; at < events.length; ) {
    const size = 1 + random.int(random.pick([1, 20, 500, 1_500]));
    batches.push(events.slice(at, at + size));
    at += size;
  }
  return batches;
}
