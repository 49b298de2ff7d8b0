import {
  HOUR,
  SAMPLE_DIRECTORY,
  SAMPLE_START,
  sampleEvent,
  sampleRequest,
} from '@hopsmeter/test/support/usage/sample-events.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageEvent } from '../event.ts';
import { formatExactUnits, toExactUnits } from '../exact-quantity.ts';
import type { BatchRecord } from './batch-record.ts';
import { planBatches } from './plan-batch.ts';

const DAY = 24 * HOUR;

/** Usage that is counted: of two users, around midnights, with quantities that no day's share divides evenly. */
const usage = fc
  .record({
    subject: fc.constantFrom(undefined, 'auth0|ada'),
    gpuModel: fc.constantFrom(undefined, 'H100'),
    begins: fc.integer({ min: -3 * DAY, max: 3 * DAY }),
    lasts: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 3 * DAY })),
    usages: fc.uniqueArray(
      fc.record({
        meter: fc.constantFrom('cpu_hours', 'gpu_hours', 'ram_gb_hours'),
        quantity: fc
          .oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max: 10n ** 32n }))
          .map(formatExactUnits),
      }),
      { selector: ({ meter }) => meter },
    ),
  })
  .map(({ begins, lasts, ...changes }) => ({
    ...changes,
    start: SAMPLE_START + begins,
    end: SAMPLE_START + begins + lasts,
  }));
const usages = fc.array(usage, { maxLength: 12 }).map((all) =>
  all
    .map((changes, place) => sampleEvent(`event-${place}`, changes))
    // What is above the cores that a cluster has waits for a person, and is not counted before.
    .map((event) => (event.end - event.start < HOUR ? { ...event, end: event.start } : event)),
);

type Delivery = { readonly events: readonly UsageEvent[]; readonly sizes: readonly number[]; readonly again: boolean };

/** Every event at least once, some up to three times, in any order and cut anywhere; some statements run twice. */
const delivered = usages.chain((events) =>
  fc.record({
    events: fc.constant(events),
    deliveries: fc
      .array(fc.integer({ min: 1, max: 3 }), { minLength: events.length, maxLength: events.length })
      .map((counts) => events.flatMap((event, place) => Array.from({ length: counts[place] ?? 1 }, () => event)))
      .chain((copies) => fc.shuffledSubarray(copies, { minLength: copies.length, maxLength: copies.length }))
      .chain((copies) => fc.infiniteStream(fc.integer({ min: 1, max: 4 })).map((noise) => cut(copies, noise))),
  }),
);

/** Statements of some batches of some requests of some events. */
function cut(events: readonly UsageEvent[], noise: fc.Stream<number>): Delivery[] {
  const next = (): number => noise.next().value;
  const deliveries: Delivery[] = [];
  for (let at = 0; at < events.length; ) {
    const size = Math.min(next() * next(), events.length - at);
    const sizes: number[] = [];
    for (let rest = size; rest > 0; rest -= sizes.at(-1) ?? 0) sizes.push(Math.min(next(), rest));
    deliveries.push({ events: events.slice(at, at + size), sizes, again: next() === 1 });
    at += size;
  }
  return deliveries;
}

/** Each request is a batch of its own, or with its neighbour; all are one statement. */
function planDelivery({ events, sizes }: Delivery): BatchRecord {
  let at = 0;
  const requests = sizes.map((size) => {
    at += size;
    return { request: sampleRequest(size), events: events.slice(at - size, at) };
  });
  const half = Math.ceil(requests.length / 2);
  const batches = [requests.slice(0, half), requests.slice(half)].filter((group) => group.length > 0);
  return planBatches(
    batches.map((group, place) => ({
      id: `batch-${place}`,
      requests: group.map(({ request }) => request),
      events: group.flatMap((each) => each.events),
    })),
    SAMPLE_DIRECTORY,
  );
}

/** Totals by day, user and meter of a ledger that takes each identity once. */
function createLedger() {
  const known = new Set<string>();
  const totals = new Map<string, bigint>();
  return {
    totals,
    record({ ledger, parked, batches }: BatchRecord): void {
      expect(parked).toEqual([]);
      const first = ledger.filter(({ part }) => part === 0).map(({ eventKey }) => eventKey);
      // The database would take only one of them; that the record says so too is what makes its counts add up.
      expect(new Set(first).size).toBe(first.length);
      const told = batches.reduce((sum, { eventCount, duplicatesWithin }) => sum + eventCount - duplicatesWithin, 0);
      expect(first).toHaveLength(told);
      const fresh = new Set(first.filter((key) => !known.has(key)));
      for (const { eventKey, userId, day, usages } of ledger)
        for (const { meter, quantity } of fresh.has(eventKey) ? usages : []) {
          const place = `${day} ${userId} ${meter}`;
          totals.set(place, (totals.get(place) ?? 0n) + toExactUnits(quantity));
        }
      for (const key of fresh) known.add(key);
    },
  };
}

it('gives the same totals in whatever order, batches and copies events come', () => {
  fc.assert(
    fc.property(delivered, ({ events, deliveries }) => {
      const oneByOne = createLedger();
      for (const event of events) oneByOne.record(planDelivery({ events: [event], sizes: [1], again: false }));
      const ledger = createLedger();
      for (const delivery of deliveries)
        for (let times = delivery.again ? 2 : 1; times > 0; times--) ledger.record(planDelivery(delivery));
      expect(ledger.totals).toEqual(oneByOne.totals);
      // What windows were split into adds up to what was reported.
      const sum = (quantities: Iterable<bigint>) => [...quantities].reduce((total, quantity) => total + quantity, 0n);
      expect(sum(ledger.totals.values())).toBe(
        sum(events.flatMap((event) => event.usages.map(({ quantity }) => toExactUnits(quantity)))),
      );
    }),
    { numRuns: 500 },
  );
});
