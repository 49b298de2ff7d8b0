import {
  changeOwner,
  type EventReceipt,
  formatSource,
  type LedgerEvent,
  type LedgerPosition,
  readReceipt,
  searchEvents,
} from '@hopsmeter/db';
import { closeMonth } from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { parseUsageDay, toExactUnits, type UsageDay } from '@hopsmeter/usage';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/** 13:00 on 30 October, so that windows reach into November. */
const START = SAMPLE_START - 23 * 24 * HOUR;
const METERS = ['cpu_hours', 'ram_gb_hours'];
const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'walk-down' } as const;
const DAYS: { readonly from: UsageDay; readonly to: UsageDay } = { from: dayOf('2026-10-25'), to: dayOf('2026-11-10') };

const content = fc.dictionary(
  fc.constantFrom(...METERS),
  fc.bigInt(0n, 10n ** 14n).map((units) => `${units / 10n ** 12n}.${String(units % 10n ** 12n).padStart(12, '0')}`),
  { maxKeys: 2, noNullPrototype: true },
);

const story = fc.record({
  subject: fc.constantFrom('auth0|owner', 'auth0|member', undefined),
  startHour: fc.integer({ min: 0, max: 60 }),
  hours: fc.constantFrom(1, 5, 30),
  content,
  fixes: fc.array(content, { maxLength: 3 }),
});

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

const ALIKE: Story = { subject: 'auth0|owner', startHour: 0, hours: 1, content: { cpu_hours: '1' }, fixes: [] };

it('every rollup row leads to exactly its events, and every receipt adds up to what its event books', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { minLength: 2, maxLength: 6 }),
      fc.array(fc.constantFrom('record', 'record', 'close', 'move'), { minLength: 3, maxLength: 8 }),
      async (stories, steps) => {
        const world = await createCorrectionWorld();
        try {
          await makeHistory(world, stories, steps);
          await checkRollup(world);
          await checkReceipts(world);
        } finally {
          await world.database.close();
        }
      },
    ),
    {
      numRuns: Number(process.env.PROPERTY_RUNS ?? 3),
      // Not shrunk: each try needs a database of its own, and the seed makes it again.
      endOnFailure: true,
      // Always: one key with usage of its own day and with usage that came after the month was closed.
      examples: [
        [
          [ALIKE, ALIKE, ALIKE, ALIKE],
          ['record', 'close', 'record'],
        ],
      ],
    },
  );
}, 240_000);

/** Some events are recorded after their month was closed or after their user changed hands, and some before. */
async function makeHistory(world: CorrectionWorld, stories: readonly Story[], steps: readonly string[]) {
  const { pool } = world.database;
  const events = stories.flatMap(({ subject, startHour, hours, content: said, fixes }, place) => {
    const start = START + startHour * HOUR;
    const window = { subject, namespace: subject === undefined ? 'ml' : undefined, start, end: start + hours * HOUR };
    const original = usage(`e/${place}`, said, window);
    return [original, ...fixes.map((fix, i) => correction(`e/${place}|c${i}`, `e/${place}`, i + 1, fix))];
  });
  let owner = 'auth0|owner';
  for (const [i, step] of steps.entries()) {
    if (step === 'record') await world.record(...events.splice(0, 3));
    if (step === 'close')
      await closeMonth(pool, i % 2 === 0 ? owner : 'auth0|owner', '2026-10-30').catch(() => undefined);
    if (step === 'move') {
      owner = owner === 'auth0|owner' ? 'auth0|other' : 'auth0|owner';
      const from = '2026-10-31T00:00:00Z';
      await changeOwner(pool, CHANGE, { userId: 'auth0|member', accountOwnerId: owner, from, reason: `${i}` });
    }
    await world.settle();
  }
  await world.record(...events);
  await world.settle();
}

type RollupRow = {
  readonly usageDate: string;
  readonly bookedOn: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly clusterId: string;
  readonly projectId: string | null;
  readonly meter: string;
  readonly quantity: string;
  readonly eventCount: string;
};

async function checkRollup(world: CorrectionWorld): Promise<void> {
  const rows = await world.rowsOf<RollupRow>(`
    select usage_date::text as "usageDate", booked_on::text as "bookedOn", account_owner_id as "accountOwnerId",
      user_id as "userId", hopsworks_cluster_id as "clusterId", project_id as "projectId", meter,
      quantity::text, event_count::text as "eventCount"
    from hopsmeter.usage_daily`);
  let foundCount = 0;
  for (const { usageDate, bookedOn, projectId, quantity, eventCount, ...row } of rows) {
    const day = dayOf(usageDate);
    const found = await readPages(world, {
      ...row,
      from: day,
      to: day + 1,
      bookedOn: dayOf(bookedOn),
      projectId: projectId ?? 'none',
    });
    const ofMeter = found.flatMap(({ meters, adjustment }) =>
      meters.filter(({ meter }) => meter === row.meter).map((used) => ({ ...used, adjustment })),
    );
    expect(ofMeter.reduce((sum, used) => sum + toExactUnits(used.quantityExact), 0n)).toBe(toExactUnits(quantity));
    expect(ofMeter.reduce((sum, { adjustment }) => sum + (adjustment === 'reversal' ? -1 : 1), 0)).toBe(
      Number(eventCount),
    );
    foundCount += ofMeter.length;
  }
  // Nothing is found twice, and nothing is left.
  const all = await readPages(world, DAYS);
  expect(foundCount).toBe(all.flatMap(({ meters }) => meters).length);
  const [ledger] = await world.rowsOf<{ count: number }>(
    'select count(*)::integer as count from hopsmeter.usage_events',
  );
  expect(all.length).toBe(ledger?.count);
  const order = all.map(({ usageDate, windowStartedAt, eventKey, part }) =>
    [usageDate, windowStartedAt, eventKey, String(part).padStart(5, '0')].join(' '),
  );
  expect(order).toEqual([...new Set(order)].sort().reverse());
}

/** All pages of two. */
async function readPages(
  world: CorrectionWorld,
  query: Partial<Parameters<typeof searchEvents>[1]> & typeof DAYS,
): Promise<readonly LedgerEvent[]> {
  const found: LedgerEvent[] = [];
  for (let after: LedgerPosition | undefined; ; ) {
    const page = await searchEvents(world.database.pool, { ...query, after, limit: 2 });
    found.push(...page);
    after = page.at(-1);
    if (page.length < 2) return found;
  }
}

async function checkReceipts(world: CorrectionWorld): Promise<void> {
  const ledger = await world.rowsOf<{ id: string; accounts: readonly string[]; rows: number; quantity: string }>(`
    select event_id as id, array_agg(distinct account_owner_id) as accounts, count(*)::integer as rows,
      coalesce(sum((select sum(quantity) from unnest(quantities) as quantity)), 0)::text as quantity
    from hopsmeter.usage_events group by event_key, event_id`);
  for (const { id, accounts, rows, quantity } of ledger) {
    const whole = await read(world, id, undefined);
    expect(whole?.parts).toHaveLength(rows);
    expect(quantityOf(whole)).toBe(toExactUnits(quantity));
    for (const { costExact, rollup } of whole?.parts.flatMap(({ bookings }) => bookings) ?? [])
      expect([costExact, rollup]).not.toContain(null);
    expect(whole?.attributions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    // Each account sees its own rows, and together they see all of them.
    const shares = await Promise.all(accounts.map((account) => read(world, id, account)));
    expect(shares.reduce((sum, share) => sum + (share?.parts.length ?? 0), 0)).toBe(rows);
    for (const [i, share] of shares.entries())
      expect(new Set(share?.parts.map(({ accountOwnerId }) => accountOwnerId))).toEqual(new Set([accounts[i]]));
    expect(await read(world, id, 'auth0|nobody')).toBeUndefined();
  }
}

async function read(
  world: CorrectionWorld,
  id: string,
  account: string | undefined,
): Promise<EventReceipt | undefined> {
  const source = formatSource({ clusterId: world.seeded.clusterId, sourcePath: '' });
  const found = await readReceipt(world.database.pool, { id, source, accountOwnerId: account });
  return found !== undefined && 'receipt' in found ? found.receipt : undefined;
}

function quantityOf(receipt: EventReceipt | undefined): bigint {
  const bookings = receipt?.parts.flatMap((part) => part.bookings) ?? [];
  return bookings.reduce((sum, { quantityExact }) => sum + toExactUnits(quantityExact), 0n);
}

function dayOf(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day;
}
