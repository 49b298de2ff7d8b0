import { readStripeAccount, resolveRemittance } from '@hopsmeter/db';
import { playHistories } from '@hopsmeter/test/support/play-histories.ts';
import { microsOf, type StripeFault } from '@hopsmeter/test/support/worker/fake-stripe.ts';
import { createStripeWorld, type StripeWorld } from '@hopsmeter/test/support/worker/stripe-world.ts';
import {
  formatExactUnits,
  formatUsageDay,
  monthOf,
  parseQuantity,
  roundExactUnits,
  usageDayOf,
} from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportUsage, type RemittanceStore, StripeUnauthorizedError } from './export-usage.ts';

const KINDS = ['sent', 'owed', 'died before the call', 'died after the call', 'rejected', 'uncertain'];
const MINUTE = 60_000_000;
/** Of a unit of 10⁻¹². */
const THOUSANDTH = 1_000_000_000n;
const STARTED_AT = microsOf('2026-10-27T00:00:00Z');
const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const METERS = ['cpu_hours', 'online_storage_gb_hours'] as const;
const FAULTS: readonly (StripeFault | undefined)[] = [
  undefined,
  '500 before',
  '500 after',
  'silence after',
  'reset before',
  'reset after',
  '429',
  '400',
  '400',
  '400',
  '401',
];

const EXACT_THOUSANDTH = 10n ** 29n;

/**
 * Units of 10⁻³²; small ones meet the boundary of a thousandth, thirds come to it with an error, large ones to whole
 * values.
 */
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 3n * EXACT_THOUSANDTH }),
  fc.bigInt({ min: 1n, max: 3n }).map((count) => (count * EXACT_THOUSANDTH) / 3n),
  fc.bigInt({ min: 1n, max: 40_000n * EXACT_THOUSANDTH }),
);
const meter = fc.constantFrom(...METERS);

const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('use'), meter, amount, daysAgo: fc.nat({ max: 20 }) }) },
  // Booked in the present month for usage of an earlier one, as a correction of a closed month is.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct'), meter, amount }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('export'),
      faults: fc.array(fc.constantFrom(...FAULTS), { maxLength: 3 }),
      dies: fc.constantFrom(undefined, undefined, undefined, undefined, 'before the call', 'after the call'),
      workers: fc.constantFrom(1, 1, 3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait'), minutes: fc.constantFrom(1, 15, 180, 1_500, 6_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let world: StripeWorld;
let runCount = 0;
const tally: Record<string, number> = {};

beforeAll(async () => {
  world = await createStripeWorld(STARTED_AT);
});
afterAll(() => world?.close());

it('whatever happens, Stripe has what was used, in whole thousandths, and each event once', {
  timeout: 300_000,
}, async () => {
  const histories = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), checkHistory);
  await playHistories(histories, { few: 4, missing: () => KINDS.filter((kind) => tally[kind] === undefined) });
});

/** What the oracle knows of a run: what was used of each meter, and the most that it ever was, in units of 10⁻³². */
type Run = {
  readonly account: string;
  readonly customer: string;
  readonly used: Map<string, bigint>;
  readonly highest: Map<string, bigint>;
};

async function checkHistory(steps: readonly Step[]): Promise<void> {
  const number = runCount++;
  const nothing = METERS.map((each): [string, bigint] => [each, 0n]);
  const run = {
    account: `auth0|run${number}`,
    customer: `cus_run${number}`,
    used: new Map(nothing),
    highest: new Map(nothing),
  };
  await world.database.pool.query('insert into hopsmeter.users (id) values ($1)', [run.account]);
  world.now = STARTED_AT;
  await world.link(run.account, run.customer, '2026-10-01');
  for (const each of steps) await take(each, run);
  await finish();

  for (const each of METERS) {
    const total = roundExactUnits(run.used.get(each) ?? 0n);
    const highest = roundExactUnits(run.highest.get(each) ?? 0n);
    const sum = world.stripe.sumOf(run.customer, `hopsmeter_${each}`);
    const due = total < 0n ? 0n : total / THOUSANDTH;
    if (sum > 0n && sum === due) note('sent');
    if (sum > due) note('owed');
    // Exactly what was used; more only where a correction came after the sending, and never more than there ever was.
    const most = total < highest ? highest / THOUSANDTH : due;
    expect(sum >= due && sum <= most, `${sum} for ${total}, at most ${most}`).toBe(true);
    await checkLedger(run, each, total, sum);
  }
  const identifiers = world.stripe.taken.map(({ identifier }) => identifier);
  expect(new Set(identifiers).size).toBe(identifiers.length);
  expect(world.stripe.violations).toEqual([]);
}

/** What our ledger says was sent is what Stripe took, and the differences tell the rest to the last digit. */
async function checkLedger({ account, customer }: Run, meter: string, total: bigint, sum: bigint): Promise<void> {
  const { pool } = world.database;
  const sent = (await world.remittances()).filter(
    (row) => row.stripeCustomerId === customer && row.meter === meter && row.status === 'sent',
  );
  expect(sent.reduce((all, { value }) => all + BigInt(value), 0n)).toBe(sum);
  const months = (await readStripeAccount(pool, account, world.now)).months.filter((row) => row.meter === meter);
  expect(months.reduce((all, { quantity }) => all + parseQuantity(quantity), 0n)).toBe(total);
  const remainder = total - sum * THOUSANDTH;
  if (months.length > 0) expect(parseQuantity(months.at(-1)?.remainder ?? '')).toBe(remainder);
  for (const { carriedIn, quantity, sent: part, remainder: rest } of months)
    expect(parseQuantity(carriedIn) + parseQuantity(quantity)).toBe(parseQuantity(part) + parseQuantity(rest));
  const differences = (await world.differences()).filter(
    (row) => row.stripeCustomerId === customer && row.meter === meter,
  );
  expect(differences.map(({ kind, amount: text }) => [kind, parseQuantity(text)])).toEqual(
    remainder < 0n ? [['owed', remainder]] : [],
  );
}

async function take(each: Step, run: Run): Promise<void> {
  const { account: accountOwnerId, used, highest } = run;
  const today = usageDayOf(world.now);
  const add = async (meter: string, quantity: bigint, day: number, bookedOn = day): Promise<void> => {
    const days = { day: formatUsageDay(day), bookedOn: formatUsageDay(bookedOn) };
    await world.book({ accountOwnerId, meter, quantity: formatExactUnits(quantity), ...days });
    const total = (used.get(meter) ?? 0n) + quantity;
    used.set(meter, total);
    if (total > (highest.get(meter) ?? 0n)) highest.set(meter, total);
  };
  switch (each.kind) {
    case 'use':
      return add(each.meter, each.amount, today - each.daysAgo);
    case 'correct':
      return add(each.meter, -each.amount, monthOf(today) - 1, monthOf(today));
    case 'wait':
      world.now += each.minutes * MINUTE;
      return;
    case 'decide':
      return decide();
    case 'export':
      // Long enough for what failed before to be due again.
      world.now += 15 * MINUTE;
      world.stripe.fail(...each.faults);
      await Promise.all(
        Array.from({ length: each.workers }, (_, place) => runWorker(place === 0 ? each.dies : undefined)),
      );
  }
}

class DiedError extends Error {}

function isDeath(error: unknown): boolean {
  return error instanceof DiedError || (error instanceof AggregateError && error.errors.every(isDeath));
}

/** A round of a worker that perhaps dies: whatever it would have written afterwards is not written. */
async function runWorker(dies: 'before the call' | 'after the call' | undefined): Promise<void> {
  const { store } = world.options;
  const die = (): never => {
    note(`died ${dies}`);
    throw new DiedError();
  };
  const dying: RemittanceStore = {
    plan: () => store.plan(),
    async claim(limit) {
      const claim = await store.claim(limit);
      return dies === 'before the call' && claim.remittances.length > 0 ? die() : claim;
    },
    settle: async (remittance, outcome) => (dies === 'after the call' ? die() : store.settle(remittance, outcome)),
  };
  try {
    await exportUsage({ ...world.options, store: dying }, new AbortController().signal);
  } catch (error) {
    if (!(isDeath(error) || error instanceof StripeUnauthorizedError)) throw error;
  }
}

/** A person looks at Stripe for everything that is open, and says what is there. */
async function decide(): Promise<void> {
  const taken = new Set(world.stripe.taken.map(({ identifier }) => identifier));
  for (const { id, identifier, status } of await world.remittances()) {
    if (!['uncertain', 'rejected', 'too_old'].includes(status)) continue;
    const outcome = taken.has(identifier) ? 'sent' : 'not_sent';
    note(status);
    await resolveRemittance(world.database.pool, CHANGE, { id, outcome, reason: 'looked at Stripe' });
  }
}

/** No more faults: everything gets through in the end. */
async function finish(): Promise<void> {
  world.stripe.fail();
  for (let round = 0; round < 20; round++) {
    await world.export();
    await decide();
    world.now += 11 * MINUTE;
  }
  expect((await world.remittances()).filter(({ status }) => !['sent', 'not_sent'].includes(status))).toEqual([]);
}

function note(what: string): void {
  tally[what] = (tally[what] ?? 0) + 1;
}
