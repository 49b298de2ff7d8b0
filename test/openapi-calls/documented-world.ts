import {
  type Change,
  claimRemittances,
  createWebhook,
  type Pool,
  planRemittances,
  reconcileNow,
  setSpendingCap,
  setStripeCustomer,
  settleDelivery,
  settleRemittance,
  takeDeliveries,
  watchSpending,
} from '@hopsmeter/db';
import { addMonths, formatUsageDay, formatUsageMonth, MICROS_PER_DAY, monthOf, usageDayOf } from '@hopsmeter/usage';
import { one } from '../harness/world.ts';
import { recordUsage, seedDirectory } from '../support/db/test-database.ts';
import { known, type World } from './call.ts';

const CHANGE: Change = { actor: { kind: 'service', id: 'openapi.test' }, requestId: 'request' };

/**
 * Fills a database with what only workers make: usage, a parked event, a comparison with a difference, a delivery that
 * was given up, a remittance that Stripe refused, an application of which too much is missing. Everything else the
 * calls make themselves.
 */
export async function fillDocumentedWorld(pool: Pool): Promise<World> {
  const now = Date.now() * 1_000;
  const today = usageDayOf(now);
  const month = addMonths(monthOf(today), -1);
  const world: World = new Map([
    ['month', formatUsageMonth(month)],
    ['from', formatUsageDay(month)],
    ['dayAfterFrom', formatUsageDay(month + 1)],
    ['to', formatUsageDay(addMonths(month, 1))],
    ['firstOfNextMonth', formatUsageDay(addMonths(month, 2))],
  ]);
  const { clusterId, projectId, ownerId, otherId, namespace } = await seedDirectory(pool);
  world.set('project', projectId);
  const start = (month + 3) * MICROS_PER_DAY;
  const usage = { clusterId, start, end: start + 3_600_000_000, quantity: '1000' };
  await recordUsage(pool, [
    { ...usage, id: 'own', subject: ownerId },
    { ...usage, id: 'of the member', namespace },
    { ...usage, id: 'parked', namespace: 'nobody knows' },
    { ...usage, id: 'of this month', subject: ownerId, start: now - 1, end: now - 1 },
  ]);
  await parkConflict(pool, world);
  await holdFollowing(pool);
  await differ(pool, world);
  await giveUpDelivery(pool, ownerId, now, world);
  await refuseRemittance(pool, otherId, now, { ...usage, id: 'for stripe', subject: otherId }, world);
  return world;
}

/** As a worker leaves it that misses many rows of the application and has one that contradicts. */
async function holdFollowing(pool: Pool): Promise<void> {
  await pool.query(`
    insert into hopsmeter.followings (state, reason, looked_at, missing)
    values ('held', 'missing', now(), '{"users": 250, "user_projects": 400}');
    insert into hopsmeter.followed_rows (application_table, key, content, problem_kind, problem, problem_since)
    values ('users', 'auth0|7', '{"id": "auth0|7"}', 'contradiction', 'hopsmeter has another owner', now())`);
}

async function parkConflict(pool: Pool, world: World): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(`
    insert into hopsmeter.parked_events
      (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail,
        event)
    select event_key, content_hash + 1, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
      'conflict',
      'another content', event
    from hopsmeter.parked_events where event_id = 'parked'
    returning id`);
  world.set('conflict', one(rows).id);
}

async function differ(pool: Pool, world: World): Promise<void> {
  await pool.query(`update hopsmeter.usage_daily set quantity = quantity + 1 where user_id = 'auth0|member'`);
  const range = { from: known(world, 'from'), to: known(world, 'to') };
  const { id } = await reconcileNow(pool, CHANGE, range);
  world.set('reconciliation', id);
}

async function giveUpDelivery(pool: Pool, accountOwnerId: string, now: number, world: World): Promise<void> {
  const { value } = await createWebhook(pool, CHANGE, { url: 'https://hooks.example.com/', accountOwnerId: null });
  await setSpendingCap(pool, CHANGE, accountOwnerId, 100n);
  await watchSpending(pool, { now, periodMs: 1_000, limit: 10 });
  const [delivery] = await takeDeliveries(pool, { limit: 1, leaseMs: 60_000 });
  if (delivery === undefined) throw new Error('no alert was raised');
  await settleDelivery(pool, delivery, { kind: 'failed', status: 500, error: 'a test', retryInMs: undefined });
  world.set('deadWebhook', value.id).set('deadDelivery', delivery.id);
}

async function refuseRemittance(
  pool: Pool,
  accountOwnerId: string,
  now: number,
  usage: Parameters<typeof recordUsage>[1][number],
  world: World,
): Promise<void> {
  await recordUsage(pool, [usage, { ...usage, id: 'for stripe now', start: now - 1, end: now - 1 }]);
  const from = monthOf(usageDayOf(now));
  await setStripeCustomer(pool, CHANGE, { accountOwnerId, stripeCustomerId: 'cus_refused', from }, now);
  const clock = { now, monthGraceHours: 1 };
  await planRemittances(pool, clock);
  const remittance = one((await claimRemittances(pool, clock, 1)).remittances);
  await settleRemittance(pool, remittance, { kind: 'refused', detail: 'a test' }, now);
  world.set('remittance', remittance.id);
}
