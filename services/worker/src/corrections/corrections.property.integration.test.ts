import { changeOwner, readPipelineCounts } from '@hopsmeter/db';
import { closeMonth, findRollupDifferences, readClosedRows } from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { formatExactUnits, ONE_EXACT, toExactUnits } from '@hopsmeter/usage';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/**
 * Random originals and corrections in random order and batches, with months closed and owners changed in between,
 * against an oracle that knows nothing of chains in a database: it looks at all events at once and adds up plainly.
 */

const METERS = ['cpu_hours', 'gpu_hours', 'ram_gb_hours'];
/** 13:00 on 29 October, so that windows reach into November. */
const START = SAMPLE_START - 24 * 24 * HOUR;
const DAY = 24 * HOUR;

/** A whole number of 10⁻³² units by meter. More than 512 cores or 64 GPUs over the window is implausible. */
type Content = Readonly<Record<string, bigint>>;

type Fix = {
  /** What it names: 0 for the original, n for the n-th correction before it. */
  readonly names: number;
  readonly minute: number;
  readonly content: Content;
};

type Story = {
  readonly isSent: boolean;
  readonly subject: 'auth0|owner' | 'auth0|member';
  readonly startHour: number;
  readonly hours: number;
  readonly content: Content;
  readonly fixes: readonly Fix[];
};

const content: fc.Arbitrary<Content> = fc.dictionary(
  fc.constantFrom(...METERS),
  fc.oneof(
    fc.bigInt(0n, 40n),
    fc.bigInt(0n, 40n).map((units) => units * 10n ** 20n),
    fc.bigInt(1n, 100n * ONE_EXACT),
    fc.constant(10n ** 10n * ONE_EXACT),
  ),
  { maxKeys: 3, noNullPrototype: true },
);

const story: fc.Arbitrary<Story> = fc.record({
  isSent: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
  subject: fc.constantFrom('auth0|owner', 'auth0|member'),
  startHour: fc.integer({ min: 0, max: 90 }),
  hours: fc.constantFrom(1, 5, 30, 71),
  content,
  fixes: fc.array(fc.record({ names: fc.nat(5), minute: fc.integer({ min: 1, max: 4 }), content }), { maxLength: 6 }),
});

const step = fc.constantFrom('record', 'record', 'record', 'settle', 'close', 'move');

it('random corrections in any order and batches, over closed months and owner changes, equal a plain sum', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat(1_000)),
      fc.array(step, { minLength: 4, maxLength: 14 }),
      async (stories, numbers, steps) => {
        const world = await createCorrectionWorld();
        try {
          await check(world, stories, numbers, steps);
        } finally {
          await world.database.close();
        }
      },
    ),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 4) },
  );
}, 240_000);

async function check(
  world: CorrectionWorld,
  stories: readonly Story[],
  numbers: Iterable<number> & { next(): IteratorResult<number> },
  steps: readonly string[],
): Promise<void> {
  const { pool } = world.database;
  const next = (limit: number): number => (numbers.next().value ?? 0) % limit;
  const events = stories.flatMap(toEvents);
  // Each once at least, a third of them again.
  const waiting = shuffle([...events, ...events.filter(() => next(3) === 0)], next);
  let closedMonths = 0;
  let memberOwner = 'auth0|owner';
  for (const [i, action] of steps.entries()) {
    const closed = await readClosedRows(pool);
    if (action === 'record') await world.record(...waiting.splice(0, 1 + next(Math.ceil(waiting.length / 2) + 1)));
    if (action === 'settle') await world.settle();
    if (action === 'close' && closedMonths < 2) {
      for (const account of ['auth0|owner', 'auth0|other'])
        if (next(3) > 0)
          await closeMonth(pool, account, closedMonths === 0 ? '2026-10-01' : '2026-11-01').catch(() => undefined);
      closedMonths += 1;
    }
    if (action === 'move') {
      memberOwner = memberOwner === 'auth0|owner' ? 'auth0|other' : 'auth0|owner';
      const from = '2026-10-20T00:00:00Z';
      await changeOwner(pool, CHANGE, { userId: 'auth0|member', accountOwnerId: memberOwner, from, reason: `${i}` });
    }
    expect((await readClosedRows(pool)).filter((row) => closed.includes(row))).toEqual(closed);
    expect(await findRollupDifferences(pool)).toEqual([]);
  }
  await world.record(...waiting);
  for (let round = 0; round < 3; round++) {
    await world.rowsOf(`update hopsmeter.parked_events set tried_at = tried_at - interval '1 day'`);
    await world.settle();
  }
  expect(await readTotals(world)).toEqual(addUp(stories, memberOwner));
  expect(await findRollupDifferences(pool)).toEqual([]);
  const { events: count, counted, duplicates, parked } = await readPipelineCounts(pool);
  expect(count).toBe(counted + duplicates + parked);
  expect(counted).toBe(BigInt(stories.flatMap(countedOf).length));
}

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'property' } as const;

const idOf = (place: number, fix?: number) => (fix === undefined ? `e${place}` : `e${place}/c${fix}`);

function toEvents({ isSent, subject, startHour, hours, content, fixes }: Story, place: number) {
  const start = START + startHour * HOUR;
  const window = { subject, namespace: undefined, start, end: start + hours * HOUR };
  const original = usage(idOf(place), toTexts(content), window);
  const corrections = fixes.map((fix, i) => {
    const named = fix.names % (i + 1);
    const replaces = named === 0 ? idOf(place) : idOf(place, i - named);
    return correction(idOf(place, i), replaces, 24 * 60 * 30 + fix.minute, toTexts(fix.content));
  });
  return isSent ? [original, ...corrections] : corrections;
}

function toTexts(content: Content): Record<string, string> {
  return Object.fromEntries(Object.entries(content).map(([meter, units]) => [meter, formatExactUnits(units)]));
}

/** What is in the ledger in the end, and what of it is in force; the oracle's own idea of it. */
function decide({ isSent, hours, content, fixes }: Story): { inForce: Content | undefined; counted: number[] } {
  const isPlausible = ({ cpu_hours = 0n, gpu_hours = 0n }: Content) =>
    cpu_hours <= 512n * BigInt(hours) * ONE_EXACT && gpu_hours <= 64n * BigInt(hours) * ONE_EXACT;
  if (!isSent) return { inForce: undefined, counted: [] };
  const order = fixes.map((fix, i) => ({ ...fix, i })).sort((a, b) => a.minute - b.minute || a.i - b.i);
  const last = order.findLastIndex((fix) => isPlausible(fix.content));
  if (last === -1)
    return isPlausible(content) ? { inForce: content, counted: [-1] } : { inForce: undefined, counted: [] };
  return { inForce: order[last]?.content, counted: [-1, ...order.slice(0, last + 1).map(({ i }) => i)] };
}

const countedOf = (story: Story) => decide(story).counted;

type Total = { quantity: bigint; events: number };

/** By usage day, account, user and meter. */
function addUp(stories: readonly Story[], memberOwner: string): Record<string, Total> {
  const totals: Record<string, Total> = {};
  for (const story of stories) {
    const { inForce = {} } = decide(story);
    const account = story.subject === 'auth0|member' ? memberOwner : story.subject;
    const start = START + story.startHour * HOUR;
    const end = start + story.hours * HOUR;
    for (const [meter, units] of Object.entries(inForce)) {
      let before = 0n;
      for (let from = start; from < end; from = (Math.floor(from / DAY) + 1) * DAY) {
        const until = Math.min((Math.floor(from / DAY) + 1) * DAY, end);
        const soFar = halfEven(units * BigInt(until - start), BigInt(end - start));
        const key = [new Date(from / 1_000).toISOString().slice(0, 10), account, story.subject, meter].join(' ');
        const known = totals[key] ?? { quantity: 0n, events: 0 };
        if (soFar !== before) totals[key] = { quantity: known.quantity + soFar - before, events: known.events + 1 };
        before = soFar;
      }
    }
  }
  return totals;
}

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const twice = 2n * (numerator % denominator);
  const down = numerator / denominator;
  return twice > denominator || (twice === denominator && down % 2n === 1n) ? down + 1n : down;
}

async function readTotals(world: CorrectionWorld): Promise<Record<string, Total>> {
  const rows = await world.rowsOf<{ key: string; quantity: string; events: string }>(
    `select concat_ws(' ', usage_date, account_owner_id, user_id, meter) as key, sum(quantity)::text as quantity,
      sum(event_count)::text as events
    from hopsmeter.usage_daily group by 1 having sum(quantity) <> 0 or sum(event_count) <> 0`,
  );
  return Object.fromEntries(
    rows.map(({ key, quantity, events }) => [key, { quantity: toExactUnits(quantity), events: Number(events) }]),
  );
}

function shuffle<T>(items: readonly T[], next: (limit: number) => number): T[] {
  return items
    .map((item) => ({ item, place: next(1_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
