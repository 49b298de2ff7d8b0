import { randomUUID } from 'node:crypto';
import { endStripeCustomer, resolveRemittance, settleRemittance } from '@hopsmeter/db';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportUsage } from '../services/worker/src/stripe/export-usage.ts';
import { closeMonth, recordUsage } from './support/db/test-database.ts';
import { microsOf } from './support/worker/fake-stripe.ts';
import { createStripeWorld, dayOf, type StripeWorld } from './support/worker/stripe-world.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const OWNER = 'auth0|owner';
const MEMBER = 'auth0|member';
const CUSTOMER = 'cus_owner';
const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;

/**
 * Each letter and number names a failure of the system that this one replaces, a daily job that sends yesterday's usage
 * to Stripe and marks it as reported. Usage is recorded as workers do, and sent with Stripe's own package to a Stripe
 * on loopback.
 */
describe('Stripe bills what was used', () => {
  let world: StripeWorld;

  beforeEach(async () => {
    world = await createStripeWorld(microsOf('2026-11-22T14:00:00Z'));
    await world.link(OWNER, CUSTOMER, '2026-10-01');
  });
  afterEach(async () => {
    const violations = [...(world?.stripe.violations ?? [])];
    await world?.close();
    expect(violations).toEqual([]);
  });

  it('as storage once, and not inside compute once more (A4)', async () => {
    await use('2026-11-20', '2', { meter: 'cpu_hours' });
    await use('2026-11-20', '24', { meter: 'online_storage_gb_hours' });
    await use('2026-11-20', '48', { meter: 'offline_storage_gb_hours' });
    await world.export();
    const sums = world.stripe.taken.map(({ eventName, value }) => [eventName, value]).sort();
    expect(sums).toEqual([
      ['hopsmeter_cpu_hours', 2_000n],
      ['hopsmeter_offline_storage_gb_hours', 48_000n],
      ['hopsmeter_online_storage_gb_hours', 24_000n],
    ]);
    const { rows } = await world.database.pool.query(
      'select count(*) = count(distinct event_name) as ok from hopsmeter.stripe_meters',
    );
    expect(rows).toEqual([{ ok: true }]);
  });

  it('to the last digit, whatever rounding for each user and day would make of it (D5)', async () => {
    for (let day = 1; day <= 20; day++)
      for (const subject of [OWNER, MEMBER])
        await use(`2026-11-${String(day).padStart(2, '0')}`, '0.000449', { subject });
    await world.export();
    // 40 × 0.000449 = 0.01796; rounded each by itself it would be 0.
    expect(sent()).toBe(17n);
    await use('2026-11-21', '0.00004');
    await world.export();
    expect(sent()).toBe(18n);
  });

  it('on a day whose run failed too (E1)', async () => {
    await use('2026-11-20', '1');
    world.stripe.fail('500 before', '500 before');
    await world.export();
    world.now += DAY;
    await use('2026-11-21', '2');
    world.stripe.fail('429');
    await world.export();
    expect(sent()).toBe(0n);
    world.now += 3 * DAY;
    await use('2026-11-22', '4');
    await world.settle();
    // The first attempt may have arrived, and that was too long ago to repeat it: a person has looked.
    expect(sent()).toBe(6_000n);
    await decideAsNotSent();
    await world.settle();
    expect(sent()).toBe(7_000n);
  });

  it('though it comes or is corrected after its day was sent (E2)', async () => {
    await use('2026-10-20', '5');
    await world.settle();
    await use('2026-10-20', '1');
    await world.settle();
    expect(sent()).toBe(6_000n);
    await closeMonth(world.database.pool, OWNER, '2026-10-01');
    await use('2026-10-20', '2');
    await world.settle();
    expect(sent()).toBe(8_000n);
    await world.book({ accountOwnerId: OWNER, day: '2026-10-20', bookedOn: '2026-11-01', quantity: '-1.5' });
    await use('2026-11-20', '4');
    await world.settle();
    expect(sent()).toBe(10_500n);
    expect(await world.differences()).toEqual([]);
  });

  it('once, though a run dies between two events of a user (E3)', async () => {
    await use('2026-11-20', '1', { meter: 'cpu_hours' });
    await use('2026-11-20', '2', { meter: 'online_storage_gb_hours' });
    await use('2026-11-20', '3', { meter: 'offline_storage_gb_hours' });
    const { store } = world.options;
    const dieAfterTwo = () => {
      if (world.stripe.taken.length === 2) throw new Error('died');
    };
    const dying = {
      plan: () => store.plan(),
      async claim() {
        dieAfterTwo();
        return store.claim(1);
      },
      async settle(...[remittance, outcome]: Parameters<typeof store.settle>) {
        dieAfterTwo();
        return settleRemittance(world.database.pool, remittance, outcome, world.now);
      },
    };
    await expect(exportUsage({ ...world.options, store: dying }, new AbortController().signal)).rejects.toThrow('died');
    expect(world.stripe.taken).toHaveLength(2);
    await world.settle();
    world.now += 2 * DAY;
    await world.settle();
    expect(world.stripe.taken.map(({ value }) => value).sort()).toEqual([1_000n, 2_000n, 3_000n]);
    expect(await world.differences()).toEqual([]);
  });

  it('while the account was billed through Stripe, whatever holds when the job runs (E4)', async () => {
    const { pool } = world.database;
    await use('2026-09-30', '1');
    await use('2026-11-22', '2');
    await endStripeCustomer(pool, CHANGE, { accountOwnerId: OWNER, to: dayOf('2026-11-23') }, world.now);
    world.now += 3 * DAY;
    await use('2026-11-23', '4');
    await world.export();
    expect(sent()).toBe(2_000n);
    await use('2026-11-22', '8');
    await world.export();
    expect(sent()).toBe(10_000n);
  });

  it('in whole numbers, the only ones that Stripe takes (E5)', async () => {
    for (const quantity of ['0.123456789', '7.000000000001', '0.0004'])
      await use('2026-11-20', quantity, { meter: 'online_storage_gb_hours' });
    await world.export();
    expect(world.stripe.taken.map(({ value }) => value)).toEqual([7_123n]);
    await use('2026-11-21', '0.000143210999', { meter: 'online_storage_gb_hours' });
    await world.export();
    expect(world.stripe.taken.map(({ value }) => value)).toEqual([7_123n, 1n]);
  });

  const sent = (meter = 'cpu_hours') => world.stripe.sumOf(CUSTOMER, `hopsmeter_${meter}`);

  /** Usage of an hour of a day, as a cluster reports it. */
  async function use(day: string, quantity: string, more: { meter?: string; subject?: string } = {}): Promise<void> {
    const start = microsOf(`${day}T10:00:00Z`);
    const usage = {
      id: randomUUID(),
      clusterId: world.seeded.clusterId,
      subject: OWNER,
      start,
      end: start + HOUR,
      quantity,
    };
    expect(await recordUsage(world.database.pool, [{ ...usage, ...more }])).toMatchObject({ counted: 1 });
  }

  async function decideAsNotSent(): Promise<void> {
    for (const { id, status } of await world.remittances())
      if (status === 'uncertain')
        await resolveRemittance(world.database.pool, CHANGE, { id, outcome: 'not_sent', reason: 'not at Stripe' });
  }
});
