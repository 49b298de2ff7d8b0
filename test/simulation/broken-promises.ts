import { contentHashOf, eventKeyOf, isDeferred, splitByDay, toExactUnits, type UsageEvent } from '@hopsmeter/usage';
import type { SimulatedQueue } from './simulated-queue.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { CLUSTER_ID } from './simulated-world.ts';

/** What a simulation ended with. */
export type Outcome = {
  readonly acknowledged: readonly UsageEvent[];
  readonly queue: SimulatedQueue;
  readonly store: SimulatedStore;
};

/**
 * Every batch that was queued is recorded, every accepted event is counted once or parked, and the rollup is the sum of
 * what is counted.
 *
 * @returns what is wrong; nothing when every promise held.
 */
export function findBrokenPromises({ acknowledged, queue, store }: Outcome): readonly string[] {
  const broken: string[] = [];
  if (!queue.isEmpty) broken.push('the queue is not empty');
  for (const batch of queue.added)
    if (!store.batches.has(batch.id)) broken.push(`batch ${batch.id} was never recorded`);
  const contents = new Map<string, UsageEvent>();
  for (const event of queue.added.flatMap(({ events }) => events))
    if (!isDeferred(event)) contents.set(contentKeyOf(event), event);
  for (const event of [...acknowledged, ...contents.values()]) {
    const key = eventKeyOf(CLUSTER_ID, event);
    const contentHash = contentHashOf(event);
    const isCounted = store.ledger.get(key)?.contentHash === contentHash;
    // Both are right for a copy that came after the directory had changed; the parked one then becomes a duplicate.
    const isParked = store.parked.has(`${key} ${contentHash}`);
    if (!isCounted && !isParked) broken.push(`${event.id} is lost`);
  }
  const expected = new Map<string, bigint>();
  for (const [key, { contentHash, count }] of store.ledger) {
    if (count !== 1) broken.push(`${key} is counted ${count} times`);
    const event = contents.get(`${key} ${contentHash}`);
    if (event === undefined) broken.push(`${key} was counted and never accepted`);
    // On the days of the usage, whatever the clock of its ingest said.
    for (const { day, usages } of event === undefined ? [] : splitByDay(event))
      for (const { meter, quantity } of usages) {
        const place = `${day} auth0|${event?.namespace} ${meter}`;
        expected.set(place, (expected.get(place) ?? 0n) + toExactUnits(quantity));
      }
  }
  for (const place of new Set([...expected.keys(), ...store.rollup.keys()]))
    if (expected.get(place) !== store.rollup.get(place))
      broken.push(`${place} is ${store.rollup.get(place)} instead of ${expected.get(place)}`);
  return broken;
}

/** As `SimulatedStore.parked` names it: copies have the same. */
function contentKeyOf(event: UsageEvent): string {
  return `${eventKeyOf(CLUSTER_ID, event)} ${contentHashOf(event)}`;
}
