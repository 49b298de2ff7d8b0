import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { createStripeWorld, type StripeWorld } from '@hopsmeter/test/support/worker/stripe-world.ts';
import { formatUsageDay, usageDayOf } from '@hopsmeter/usage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exportToStripe } from './export-to-stripe.ts';

const API_KEY = 'sk_test_canary';

let world: StripeWorld;
let log: string[];

beforeEach(async () => {
  world = await createStripeWorld(Date.now() * 1_000);
  log = [];
});
afterEach(() => world?.close());

function startWork(intervalMs = 3_600_000) {
  const registry = createRegistry({ withProcess: false });
  const context = {
    pool: world.database.pool,
    registry,
    logger: createLogger({ name: 'worker', destination: { write: (line) => log.push(line) } }),
  };
  const stripe = { apiKey: API_KEY, apiUrl: world.stripe.url, intervalMs, monthGraceHours: 1 };
  const work = exportToStripe({ ...context, settings: { stripe } });
  if (work === undefined) throw new Error('it is configured');
  const metric = async (name: string) =>
    (await registry.metrics()).split('\n').find((line) => line.startsWith(`${name} `));
  return { round: () => work.round(new AbortController().signal), metric, context };
}

it('does nothing unless it is configured', () => {
  const { context } = startWork();
  expect(exportToStripe({ ...context, settings: {} })).toBeUndefined();
});

it('sends usage once in the interval, and in between what failed', async () => {
  const day = formatUsageDay(usageDayOf(world.now));
  await world.link('auth0|owner', 'cus_owner', day);
  await world.book({ accountOwnerId: 'auth0|owner', day, quantity: '1.5' });
  const { round, metric } = startWork();
  world.stripe.fail('400');
  await round();
  expect(await metric('stripe_remittances_open{status="rejected"}')).toMatch(/ 1$/);
  expect(log.join('')).toContain('stripe refuses a meter event');
  await world.book({ accountOwnerId: 'auth0|owner', day, quantity: '2', meter: 'gpu_hours' });
  await round();
  expect(world.stripe.taken).toEqual([]);
  const other = startWork();
  await other.round();
  expect(world.stripe.taken.map(({ value }) => value)).toEqual([2_000n]);
  expect(await other.metric('stripe_meter_events_total{outcome="taken"}')).toMatch(/ 1$/);
  expect(await other.metric('stripe_differences{kind="broken_chain"}')).toMatch(/ 0$/);
});

it('says that Stripe refuses the key, without telling it', async () => {
  const day = formatUsageDay(usageDayOf(world.now));
  await world.link('auth0|owner', 'cus_owner', day);
  await world.book({ accountOwnerId: 'auth0|owner', day, quantity: '1.5' });
  const { round, metric } = startWork();
  world.stripe.fail('401');
  await round();
  expect(await metric('stripe_key_accepted')).toMatch(/ 0$/);
  expect(log.join('')).toContain('stripe rejects our key');
  expect(log.join('')).not.toContain('canary');
  await round();
  expect(await metric('stripe_remittances_open{status="pending"}')).toMatch(/ 1$/);
});
