import {
  claimRemittances,
  endStripeCustomer,
  planRemittances,
  readStripeAccount,
  resolveRemittance,
  schema,
} from '@hopsmeter/db';
import { FAKE_RETRY_AFTER_SECONDS, microsOf, type StripeFault } from '@hopsmeter/test/support/worker/fake-stripe.ts';
import { createStripeWorld, dayOf, type StripeWorld } from '@hopsmeter/test/support/worker/stripe-world.ts';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportUsage, StripeUnauthorizedError } from './export-usage.ts';
import { createStripeMeterEvents } from './stripe-meter-events.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const CPU = 'hopsmeter_cpu_hours';
const OWNER = 'auth0|owner';
const OTHER = 'auth0|other';

let world: StripeWorld;

beforeEach(async () => {
  world = await createStripeWorld(microsOf('2026-11-22T14:00:00Z'));
  await world.link(OWNER, 'cus_owner', '2026-10-01');
});
afterEach(async () => {
  const violations = [...(world?.stripe.violations ?? [])];
  const broken = ((await world?.differences()) ?? []).filter(({ kind }) => kind === 'broken chain');
  await world?.close();
  expect(violations).toEqual([]);
  expect(broken).toEqual([]);
});

const use = (quantity: string, changes: Partial<Parameters<StripeWorld['book']>[0]> = {}) =>
  world.book({ accountOwnerId: OWNER, day: '2026-11-20', quantity, ...changes });
const valuesOf = (customer = 'cus_owner', eventName = CPU) =>
  world.stripe.taken
    .filter((event) => event.customer === customer && event.eventName === eventName)
    .map(({ value }) => value);
const stampsOf = () => world.stripe.taken.map(({ timestamp }) => new Date(timestamp * 1_000).toISOString());
const statuses = async () => {
  const rows = [...(await world.remittances())];
  return rows.sort((a, b) => Number(a.cumulativeAfter) - Number(b.cumulativeAfter)).map(({ status }) => status);
};
const withStatus = async (status: string) => {
  const found = (await world.remittances()).find((row) => row.status === status);
  if (found === undefined) throw new Error(`nothing is ${status}`);
  return found;
};

async function waitUntilBlocked(): Promise<void> {
  const isBlocked = async (): Promise<boolean> => {
    const { rowCount } = await world.database.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount !== 0;
  };
  await vi.waitFor(async () => expect(await isBlocked()).toBe(true), { timeout: 10_000 });
}

describe('what is sent', () => {
  it('is what was used so far, in whole thousandths, less what was sent before', async () => {
    await use('1.5');
    await world.export();
    await world.export();
    await use('0.000999999999');
    await world.export();
    await use('0.000000000001', { day: '2026-11-21' });
    await world.export();
    expect(valuesOf()).toEqual([1_500n, 1n]);
    expect(await world.differences()).toEqual([]);
  });

  it('is what several months come to, though each of them would be rounded down', async () => {
    await use('0.00033333333333333333333333333333', { day: '2026-10-31' });
    await use('0.00033333333333333333333333333333', { day: '2026-11-20' });
    await world.export();
    world.now = microsOf('2026-12-10T14:00:00Z');
    await use('0.00033333333333333333333333333334', { day: '2026-12-09' });
    await world.export();
    expect(valuesOf()).toEqual([1n]);
    expect(await world.differences()).toEqual([]);
  });

  it('is of one meter each, and only of accounts that have a customer', async () => {
    await use('2');
    await use('3', { meter: 'online_storage_gb_hours' });
    await use('5', { accountOwnerId: OTHER });
    await world.export();
    expect(world.stripe.taken.map(({ customer, eventName, value }) => [customer, eventName, value]).sort()).toEqual([
      ['cus_owner', CPU, 2_000n],
      ['cus_owner', 'hopsmeter_online_storage_gb_hours', 3_000n],
    ]);
  });

  it('waits after a correction until more was used than was sent, over the end of a month too', async () => {
    await use('10', { day: '2026-10-15' });
    await world.settle();
    await use('-4', { day: '2026-10-15', bookedOn: '2026-11-01' });
    await world.export();
    expect(await world.differences()).toMatchObject([{ kind: 'owed', amount: '-4.000000000000' }]);
    await use('3');
    await world.export();
    expect(valuesOf()).toEqual([10_000n]);
    const account = await readStripeAccount(world.database.pool, OWNER, world.now);
    expect(account.months).toMatchObject([
      { month: '2026-10', quantity: '10.000000000000', remainder: '0.000000000000', state: 'sent' },
      {
        month: '2026-11',
        quantity: '-1.000000000000',
        sent: '0.000000000000',
        remainder: '-1.000000000000',
        state: 'owed',
      },
    ]);
    world.now = microsOf('2026-12-02T00:00:00Z');
    await use('1.25', { day: '2026-12-01' });
    await world.settle();
    expect(valuesOf()).toEqual([10_000n, 250n]);
    expect(await world.differences()).toEqual([]);
  });

  it('is never more than all months lack together, though one of them lacks more', async () => {
    await use('0.0007', { day: '2026-10-15' });
    await use('0.0005');
    await world.settle();
    expect(valuesOf()).toEqual([1n]);
    await use('0.0005', { day: '2026-10-15' });
    await world.settle();
    expect(valuesOf()).toEqual([1n]);
    await use('0.0003');
    await world.settle();
    expect(valuesOf()).toEqual([1n, 1n]);
    expect(await world.differences()).toEqual([]);
  });

  it('is not what another month was sent too much', async () => {
    await use('10', { day: '2026-10-15' });
    await use('5');
    await world.settle();
    await use('-3', { day: '2026-10-15', bookedOn: '2026-11-01' });
    await use('5', { day: '2026-10-16' });
    await world.settle();
    expect(valuesOf()).toEqual([10_000n, 5_000n, 2_000n]);
    expect(await world.differences()).toEqual([]);
  });

  it('is a number that Stripe takes, however much was used', async () => {
    await use('2500000000.5');
    await world.settle();
    expect(valuesOf()).toEqual([999_999_999_999n, 999_999_999_999n, 500_000_000_502n]);
  });
});

it('rows that were changed by hand are found', async () => {
  await use('1');
  await world.settle();
  await use('2');
  await world.settle();
  await world.database.pool.query('update hopsmeter.stripe_remittances set value = 400 where sequence = 1');
  expect(await world.differences()).toMatchObject([
    { kind: 'broken chain', amount: '0.600000000000' },
    { kind: 'broken chain', amount: '0.600000000000' },
    { kind: 'waiting', amount: '0.600000000000' },
  ]);
  await world.database.pool.query('update hopsmeter.stripe_remittances set value = 1000 where sequence = 1');
  expect(await world.differences()).toEqual([]);
});

describe('the time that Stripe is told', () => {
  it('is now in the month, its last second while its invoice is open, and now again later', async () => {
    await use('1');
    await world.settle();
    world.now = microsOf('2026-12-01T00:30:00Z');
    await use('1', { day: '2026-11-30' });
    await world.settle();
    world.now = microsOf('2026-12-01T01:30:00Z');
    await use('1', { day: '2026-11-29' });
    await world.settle();
    expect(stampsOf()).toEqual(['2026-11-22T14:00:00.000Z', '2026-11-30T23:59:59.000Z', '2026-12-01T01:30:00.000Z']);
  });

  describe('for a customer who is replaced within the month', () => {
    beforeEach(async () => {
      await use('1', { day: '2026-11-22' });
      await world.settle();
      await world.link(OWNER, 'cus_next', '2026-11-23');
    });

    it.each(['2026-11-23T00:00:00Z', '2026-11-23T09:15:00Z', '2026-11-30T23:59:59Z', '2026-12-01T00:59:59Z'])(
      'is the last second that was paid for, when the usage comes at %s',
      async (comesAt) => {
        world.now = microsOf(comesAt);
        await use('2', { day: '2026-11-22' });
        await use('4', { day: '2026-11-23' });
        await world.settle();
        expect([valuesOf(), valuesOf('cus_next')]).toEqual([[1_000n, 2_000n], [4_000n]]);
        const stamps = new Map(world.stripe.taken.map(({ value, timestamp }) => [value, timestamp * SECOND]));
        expect(stamps.get(2_000n)).toBe(microsOf('2026-11-22T23:59:59Z'));
        expect(stamps.get(4_000n)).toBe(Math.min(world.now, microsOf('2026-11-30T23:59:59Z')));
      },
    );

    it('is for a person to decide once no invoice is open, and then the last second that was paid for', async () => {
      world.now = microsOf('2026-12-01T01:00:00Z');
      await use('2', { day: '2026-11-22' });
      await use('4', { day: '2026-11-23' });
      await world.export();
      expect([valuesOf(), valuesOf('cus_next')]).toEqual([[1_000n], [4_000n]]);
      const { id } = await withStatus('too_old');
      await resolveRemittance(world.database.pool, CHANGE, {
        id,
        outcome: 'not_sent',
        reason: 'the invoice is a draft',
      });
      await world.settle();
      expect(valuesOf()).toEqual([1_000n, 2_000n]);
      expect(stampsOf().at(-1)).toBe('2026-11-22T23:59:59.000Z');
      expect(await world.differences()).toEqual([]);
    });

    it('is now again when they pay again', async () => {
      await world.link(OWNER, 'cus_owner', '2026-11-26');
      await use('2', { day: '2026-11-22' });
      world.now = microsOf('2026-11-24T12:00:00Z');
      await world.settle();
      await use('3', { day: '2026-11-22' });
      world.now = microsOf('2026-11-26T12:00:00Z');
      await world.settle();
      await use('5', { day: '2026-11-22' });
      world.now = microsOf('2026-12-02T12:00:00Z');
      await world.settle();
      expect(valuesOf()).toEqual([1_000n, 2_000n, 3_000n, 5_000n]);
      expect(stampsOf().slice(1)).toEqual([
        '2026-11-22T23:59:59.000Z',
        '2026-11-26T12:00:00.000Z',
        '2026-12-02T12:00:00.000Z',
      ]);
    });
  });

  it('is the last second that was paid for, when the customer ends within the month and nobody follows', async () => {
    const ending = { accountOwnerId: OWNER, to: dayOf('2026-11-23') };
    await endStripeCustomer(world.database.pool, CHANGE, ending, world.now);
    world.now = microsOf('2026-11-25T08:00:00Z');
    await use('1', { day: '2026-11-22' });
    await use('2', { day: '2026-11-23' });
    await world.settle();
    expect([valuesOf(), stampsOf()]).toEqual([[1_000n], ['2026-11-22T23:59:59.000Z']]);
  });

  it('is that of the attempt that reaches Stripe, while none may have', async () => {
    world.now = microsOf('2026-12-01T00:30:00Z');
    await use('1', { day: '2026-11-30' });
    world.stripe.fail('429');
    await world.export();
    world.now += 2 * HOUR;
    await world.export();
    expect(stampsOf()).toEqual(['2026-12-01T02:30:00.000Z']);
  });

  it('stays the same once an attempt may have reached Stripe', async () => {
    await use('1');
    world.stripe.fail('500 before');
    await world.export();
    world.now += 2 * HOUR;
    await world.export();
    expect(stampsOf()).toEqual(['2026-11-22T14:00:00.000Z']);
  });

  it('is for a person to decide when the month is too old, and newer months go on', async () => {
    world.now = microsOf('2026-12-06T00:00:01Z');
    await use('1', { day: '2026-10-15' });
    await use('2');
    await world.export();
    expect(await statuses()).toEqual(['too_old', 'sent']);
    expect(valuesOf()).toEqual([2_000n]);
    expect(await world.differences()).toMatchObject([{ kind: 'open', amount: '1.000000000000' }]);
    const { id } = await withStatus('too_old');
    await resolveRemittance(world.database.pool, CHANGE, { id, outcome: 'not_sent', reason: 'send it' });
    await world.export();
    expect(valuesOf()).toEqual([2_000n, 1_000n]);
    expect(stampsOf().at(-1)).toBe('2026-12-06T00:00:01.000Z');
    expect(await world.differences()).toEqual([]);
  });
});

describe('a fault', () => {
  const FAULTS: readonly StripeFault[] = [
    '500 before',
    '500 after',
    'silence after',
    'reset before',
    'reset after',
    '429',
  ];

  it.each(FAULTS)('%s: is counted once', async (fault) => {
    await use('1.5');
    world.stripe.fail(fault, fault, fault);
    await world.settle();
    expect(valuesOf()).toEqual([1_500n]);
    expect(await statuses()).toEqual(['sent']);
    expect(await world.differences()).toEqual([]);
  });

  it('429 is waited for as long as Stripe asks', async () => {
    await use('1');
    world.stripe.fail('429');
    const before = world.now;
    await world.export();
    const [waiting] = await world.remittances();
    expect(waiting).toMatchObject({ status: 'pending', uncertainSince: null, lastError: 'Too many requests.' });
    expect(Date.parse(waiting?.nextAttemptAt ?? '') * 1_000 - before).toBeGreaterThanOrEqual(
      FAKE_RETRY_AFTER_SECONDS * SECOND,
    );
  });

  it('an error that Stripe repeats for its idempotency key does not keep the event away', async () => {
    await use('1');
    world.stripe.fail('500 before');
    await world.settle();
    expect(world.stripe.callCount()).toBe(2);
    expect(valuesOf()).toEqual([1_000n]);
  });

  it('a day of doubt is left to a person, and what is used meanwhile is sent', async () => {
    await use('1');
    world.stripe.fail('silence after');
    await world.export();
    world.now += DAY;
    await world.export();
    expect(await statuses()).toEqual(['uncertain']);
    expect(valuesOf()).toEqual([1_000n]);
    await use('2');
    await world.settle();
    expect(valuesOf()).toEqual([1_000n, 2_000n]);
    const { id } = await withStatus('uncertain');
    const decision = { id, outcome: 'sent', reason: 'it is in the summary at Stripe' } as const;
    await resolveRemittance(world.database.pool, CHANGE, decision);
    await world.settle();
    expect(valuesOf()).toEqual([1_000n, 2_000n]);
    expect(await world.differences()).toEqual([]);
  });

  it('what a person found not to have arrived is sent under a new identifier', async () => {
    await use('1');
    world.stripe.fail('500 before');
    await world.export();
    world.now += DAY;
    await world.export();
    const { id, identifier } = await withStatus('uncertain');
    const decision = { id, outcome: 'not_sent', reason: 'it is not at Stripe' } as const;
    await resolveRemittance(world.database.pool, CHANGE, decision);
    await world.settle();
    expect(valuesOf()).toEqual([1_000n]);
    expect(world.stripe.taken[0]?.identifier).not.toBe(identifier);
    await expect(resolveRemittance(world.database.pool, CHANGE, decision)).rejects.toMatchObject({
      code: 'REMITTANCE_NOT_OPEN',
    });
  });

  it('a refused event pauses its customer and meter, and nobody else', async () => {
    await use('1');
    world.stripe.fail('400');
    await world.export();
    expect(await world.remittances()).toMatchObject([
      { status: 'rejected', lastError: expect.stringContaining('No active meter') },
    ]);
    await use('1');
    await use('1', { meter: 'gpu_hours' });
    await world.link(OTHER, 'cus_other', '2026-11-01');
    await use('4', { accountOwnerId: OTHER });
    await world.settle();
    expect(valuesOf()).toEqual([]);
    expect(valuesOf('cus_owner', 'hopsmeter_gpu_hours')).toEqual([1_000n]);
    expect(valuesOf('cus_other')).toEqual([4_000n]);
    const { id } = await withStatus('rejected');
    const decision = { id, outcome: 'not_sent', reason: 'the meter is there now' } as const;
    await resolveRemittance(world.database.pool, CHANGE, decision);
    await world.settle();
    expect(valuesOf()).toEqual([2_000n]);
    expect(await world.differences()).toEqual([]);
  });

  it('a refusal after an attempt that may have arrived is in doubt, not refused', async () => {
    await use('1');
    world.stripe.fail('500 after');
    await world.export();
    world.now += 60 * SECOND;
    world.stripe.fail('400');
    await world.export();
    expect(await statuses()).toEqual(['uncertain']);
  });

  it('a key that Stripe does not take stops everything, and all goes on with the next one', async () => {
    await use('1');
    for (const meter of ['gpu_hours', 'ram_gb_hours', 'network_egress_gb', 'online_storage_gb_hours'])
      await use('1', { meter });
    world.stripe.fail('401', '401', '401', '401');
    await expect(world.export()).rejects.toThrow(StripeUnauthorizedError);
    expect(world.stripe.callCount()).toBe(4);
    expect(new Set(await statuses())).toEqual(new Set(['pending']));
    world.now += 61 * SECOND;
    await world.export();
    expect(world.stripe.taken).toHaveLength(5);
  });

  it('a Stripe that is not there is waited for, however long, and then gets all of it', async () => {
    await use('1');
    const away = createStripeMeterEvents({ apiKey: 'sk_test_1', apiUrl: new URL('http://127.0.0.1:1') });
    await exportUsage({ ...world.options, meterEvents: away }, new AbortController().signal);
    expect(await world.remittances()).toMatchObject([{ status: 'pending', uncertainSince: null }]);
    world.now += 20 * DAY;
    await use('2', { day: '2026-11-30' });
    await use('4', { day: '2026-12-10' });
    await world.settle();
    expect(valuesOf()).toEqual([1_000n, 2_000n, 4_000n]);
    expect(await world.differences()).toEqual([]);
  });
});

describe('several workers', () => {
  it('plan the same usage once and send each event once', async () => {
    await world.link(OTHER, 'cus_other', '2026-11-01');
    for (const meter of ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'network_egress_gb'])
      for (const accountOwnerId of [OWNER, OTHER]) await use('1.5', { accountOwnerId, meter });
    await Promise.all(Array.from({ length: 6 }, () => world.export()));
    await world.settle();
    expect(world.stripe.taken.map(({ value }) => value)).toEqual(Array.from({ length: 8 }, () => 1_500n));
    expect(world.stripe.callCount()).toBe(8);
  });

  it('a plan that was made before another one was sent does nothing', async () => {
    const { pool } = world.database;
    await use('1');
    const other = await pool.connect();
    await other.query('begin');
    await other.query(
      `insert into hopsmeter.stripe_remittances (account_owner_id, stripe_customer_id, meter, event_name, month,
        sequence, value,
        cumulative_after, usage_total, status, created_at, sent_at)
      values ($1, 'cus_owner', 'cpu_hours', 'hopsmeter_cpu_hours', '2026-11-01', 1, 1000, 1000, 1, 'sent', now(),
        now())`,
      [OWNER],
    );
    // It sees the usage and nothing that was sent, and comes to its insert when the other one is at Stripe already.
    const late = planRemittances(pool, { now: world.now, monthGraceHours: 1 });
    await waitUntilBlocked();
    await other.query('commit');
    other.release();
    expect(await late).toMatchObject({ planned: 0 });
    await world.settle();
    expect(world.stripe.callCount()).toBe(0);
  });

  it('one that dies with remittances in hand leaves them to the others', async () => {
    await use('1');
    await world.options.store.plan();
    const dead = await claimRemittances(world.database.pool, { now: world.now, monthGraceHours: 1 }, 10);
    expect(dead.remittances).toHaveLength(1);
    await world.export();
    expect(valuesOf()).toEqual([]);
    world.now += 121 * SECOND;
    await world.export();
    expect(valuesOf()).toEqual([1_000n]);
  });

  it('one that comes back late with a failure does not undo what another achieved', async () => {
    await use('1');
    await world.options.store.plan();
    const { remittances } = await world.options.store.claim(1);
    world.now += 121 * SECOND;
    await world.export();
    const [late] = remittances;
    if (late === undefined) throw new Error('nothing was claimed');
    expect(await world.options.store.settle(late, { kind: 'refused', detail: 'late' })).toBe(false);
    expect(await statuses()).toEqual(['sent']);
  });
});

describe('the customer of an account', () => {
  it('pays for usage by the day on which it is booked', async () => {
    const { pool } = world.database;
    await use('1', { day: '2026-11-24' });
    await use('2', { day: '2026-11-25' });
    await endStripeCustomer(pool, CHANGE, { accountOwnerId: OWNER, to: dayOf('2026-11-25') }, world.now);
    await world.link(OWNER, 'cus_next', '2026-11-28');
    await use('4', { day: '2026-11-29' });
    world.now += 8 * DAY;
    await world.settle();
    expect([valuesOf(), valuesOf('cus_next')]).toEqual([[1_000n], [4_000n]]);
  });

  it('is not taken away for days whose usage may be at Stripe', async () => {
    const { pool } = world.database;
    await use('1');
    await world.settle();
    await expect(world.link(OWNER, 'cus_next', '2026-11-22')).rejects.toMatchObject({ code: 'STRIPE_USAGE_SENT' });
    const ending = { accountOwnerId: OWNER, to: dayOf('2026-11-22') };
    await expect(endStripeCustomer(pool, CHANGE, ending, world.now)).rejects.toMatchObject({
      code: 'STRIPE_USAGE_SENT',
    });
    await world.link(OWNER, 'cus_next', '2026-11-23');
    expect((await readStripeAccount(pool, OWNER, world.now)).customers).toEqual([
      { stripeCustomerId: 'cus_owner', from: '2026-10-01', to: '2026-11-23' },
      { stripeCustomerId: 'cus_next', from: '2026-11-23', to: null },
    ]);
  });

  it('is replaced when Stripe does not know it', async () => {
    await use('1');
    world.stripe.fail('400');
    await world.export();
    await world.link(OWNER, 'cus_right', '2026-10-01');
    await world.settle();
    expect([valuesOf(), valuesOf('cus_right')]).toEqual([[], [1_000n]]);
  });

  it('belongs to one account', async () => {
    await expect(world.link(OTHER, 'cus_owner', '2026-11-01')).rejects.toMatchObject({ code: 'STRIPE_CUSTOMER_TAKEN' });
    await expect(world.link('auth0|member', 'cus_member', '2026-11-01')).rejects.toMatchObject({ code: 'TWO_LEVELS' });
    const insert = drizzle(world.database.pool).insert(schema.stripeCustomers);
    const row = { accountOwnerId: OTHER, stripeCustomerId: 'cus_owner', billedFrom: '2030-01-01' };
    await expect(insert.values(row)).rejects.toMatchObject({ cause: { constraint: 'stripe_customers_one_account' } });
  });
});
