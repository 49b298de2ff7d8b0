import { DEMO_CLUSTERS, type PreparedDemo } from '@hopsmeter/demo';
import { z } from 'zod';
import { createTestClient } from '../../harness/client.ts';
import type { PostedEvent } from '../../harness/events.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { one, type TestCluster } from '../../harness/world.ts';
import type { Stack } from './demo-stack.ts';
import { HOSTILE, hostileEvents } from './hostile.ts';

/** What happened to money beside the demo, with the ids that a test needs to find it. */
export type Money = {
  /** The running month and the one before it. */
  readonly month: string;
  readonly previousMonth: string;
  /** An account whose previous month is closed, with a grant that paid a part of it and usage that came too late. */
  readonly closedAccount: string;
  /** Of the closed account: came after the month was closed, is booked in the running one. */
  readonly lateEvent: EventName;
  /** Of {@link correctedAccount}: was 8 GB, is 2 GB. */
  readonly correctedEvent: EventName;
  readonly correctedAccount: string;
  /** The source of the hostile account's events, where there is one. */
  readonly hostileSource: string | undefined;
  /** An account that has spent 111 % of what it wants to. */
  readonly cappedAccount: string;
  /** Waits for a project in the running month; it is 50 GB of egress: 7.00 USD. */
  readonly parked: EventName & { readonly namespace: string; readonly clusterId: string; readonly costs: '7.00' };
};

export type EventName = { readonly id: string; readonly source: string };

type World = Stack & {
  readonly demo: PreparedDemo;
  readonly hostile: TestCluster | undefined;
  /** Events that were recorded so far. */
  readonly recorded: number;
  /** In milliseconds. */
  readonly now: number;
};

const [ASTRID, NILS, TARA] = ['auth0|astrid-berg', 'auth0|nils-aker', 'auth0|tara-quinn'];

const GB = 2 ** 30;

/** Posts usage of the present, closes a month, and lets happen what happens to bills. */
export async function addMoney(world: World): Promise<Money> {
  const { demo, hostile, ask, now } = world;
  const [eu, us] = DEMO_CLUSTERS.map(({ id }) => ({ id, key: demo.keys.get(id) ?? '' }));
  if (eu === undefined || us === undefined) throw new Error('the demo has two clusters');
  const month = new Date(now).toISOString().slice(0, 7);
  const monthStart = Date.parse(`${month}-01T00:00:00Z`);
  const previousMonth = new Date(monthStart - 1).toISOString().slice(0, 7);
  // Of the present, so that the running month has something of everybody also in its first hour.
  const window = { start: at(Math.max(monthStart, now - 60_000)), end: at(now) };
  const send = createSender(world);
  const because = (reason: string): string => (hostile === undefined ? reason : `${reason} ${HOSTILE.reason}`);

  await send(eu, [
    egress(eu, 'now/churn', 'churn', window, 8),
    egress(eu, 'now/grid-load', 'grid-load', window, 4),
    egress(eu, 'now/churn-next', 'churn-next', window, 50),
    { ...egress(eu, 'now/visitor', undefined, window, 1), subject: TARA },
  ]);
  await send(us, [egress(us, 'now/credit-risk', 'credit-risk', window, 5)]);
  if (hostile !== undefined) await send(hostile, hostileEvents(hostile.id, window));
  await send(eu, [
    correction(eu, 'now/churn/corrected', 'now/churn', at(now), { network_egress_gb: '2' }, because('measured twice')),
    correction(eu, 'now/nothing/corrected', 'now/nothing', at(now), {}, because('never happened')),
  ]);

  const account = (id: string): string => `/v1/accounts/${encodeURIComponent(id)}`;
  await ask(`${account(NILS)}/cap`, 'PUT', { amount: await nineTenthsOf(world, NILS, month) });
  await ask(`${account(TARA)}/grants`, 'POST', {
    amount: '100.00',
    validFrom: `${previousMonth}-01`,
    reason: because('Prepaid'),
  });
  await ask(`/v1/users/${encodeURIComponent(TARA)}`, 'PATCH', {
    billingAddress: 'Quinn Analytics Ltd\n5 Quay Street\nGalway',
  });
  await ask('/v1/statements/close', 'POST', {
    month: previousMonth,
    accountOwnerIds: [TARA],
    acceptWaiting: true,
    reason: because('Closed'),
  });
  const late = { start: `${previousMonth}-05T10:00:00.000Z`, end: `${previousMonth}-05T11:00:00.000Z` };
  await send(us, [egress(us, 'late/credit-risk', 'credit-risk', late, 20)]);
  await waitFor('corrections to be settled', async () => {
    const sql = `select count(*)::int as count from hopsmeter.parked_events
      where status = 'pending' and reason = 'correction'`;
    return one((await world.pipeline.pool.query<{ count: number }>(sql)).rows).count === 0 ? true : undefined;
  });
  return {
    month,
    previousMonth,
    closedAccount: TARA,
    lateEvent: { id: 'late/credit-risk', source: sourceOf(us) },
    correctedEvent: { id: 'now/churn', source: sourceOf(eu) },
    correctedAccount: ASTRID,
    hostileSource: hostile && sourceOf(hostile) + HOSTILE.sourcePath,
    cappedAccount: NILS,
    parked: {
      id: 'now/churn-next',
      source: sourceOf(eu),
      namespace: 'churn-next',
      clusterId: eu.id,
      costs: '7.00',
    },
  };
}

/** USD with cents: what a cap must be for an account to be beyond it, on whatever day of the month this runs. */
async function nineTenthsOf({ ask }: World, account: string, month: string): Promise<string> {
  const answer = await ask(`/v1/accounts?month=${month}&q=${encodeURIComponent(account)}`);
  const { total } = z.object({ total: z.string() }).parse(answer);
  const digits = String((BigInt(total.replace('.', '')) * 9n) / 10n).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Posts, and waits until it is recorded. */
function createSender({ pipeline, recorded }: World) {
  let count = recorded;
  return async (cluster: TestCluster, events: readonly PostedEvent[]): Promise<void> => {
    const { accepted } = await createTestClient(one(pipeline.ingests).url, cluster.key).send(events);
    if (accepted !== events.length) throw new Error(`${accepted} of ${events.length} events were accepted`);
    count += accepted;
    await pipeline.drain(count);
  };
}

type Window = { readonly start: string; readonly end: string };

const at = (ms: number): string => new Date(ms).toISOString();

const sourceOf = ({ id }: TestCluster): string => `urn:hopsworks:cluster:${id}`;

function egress(
  cluster: TestCluster,
  id: string,
  namespace: string | undefined,
  window: Window,
  gb: number,
): PostedEvent {
  if (namespace === undefined)
    return event(cluster, id, 'meter', window.end, { meter: 'network_egress_gb', quantity: String(gb), window });
  return event(cluster, id, 'network', window.end, { namespace, window, egressBytes: gb * GB });
}

function correction(
  cluster: TestCluster,
  id: string,
  replaces: string,
  time: string,
  quantities: Readonly<Record<string, string>>,
  reason: string,
): PostedEvent {
  return event(cluster, id, 'correction', time, { replaces, quantities, reason });
}

function event(
  cluster: TestCluster,
  id: string,
  type: string,
  time: string,
  data: Readonly<Record<string, unknown>>,
): PostedEvent {
  return { id, source: sourceOf(cluster), specversion: '1.0', type: `ai.hopsworks.usage.${type}.v1`, time, data };
}
