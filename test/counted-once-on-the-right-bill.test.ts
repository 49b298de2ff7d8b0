import { mapAllocations } from '@hopsmeter/opencost';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClient, post } from './harness/client.ts';
import type { PostedEvent } from './harness/events.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { readBatchTotals } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createCluster, createWorld, one, type TestCluster, type TestWorld } from './harness/world.ts';

/**
 * Each letter and number names a failure of the system that this one replaces, an hourly job that reads OpenCost and
 * updates one row per user and day. Failures of the reader inside the cluster, of prices and of the API have their
 * tests there.
 */
describe('usage is counted once, and on the right bill', () => {
  let pipeline: Pipeline;
  let world: TestWorld;
  let cluster: TestCluster;

  beforeAll(async () => {
    pipeline = await startPipeline({ workers: 2 });
    world = await createWorld(pipeline.pool, {
      clusters: 2,
      ownersPerCluster: 2,
      membersPerOwner: 1,
      projectsPerUser: 1,
      ownerChangesAt: [],
    });
    cluster = one(world.clusters);
  });
  afterAll(() => pipeline?.close());

  it('counts an hour once, however often it is sent (A1)', async () => {
    const events = [compute(cluster, 'a1', 'c0o0-p0', { gpuHours: 1 })];
    await gain(() => send(cluster, events));
    const before = await readUser('auth0|c0o0');
    await gain(() => send(cluster, events));
    expect(await readUser('auth0|c0o0')).toEqual(before);
    expect(before.map(({ meter }) => meter)).toEqual(['cpu_hours', 'gpu_hours', 'ram_gb_hours']);
  });

  it('counts usage once that is read on both sides of a full hour (A2)', async () => {
    const run = (time: string): PostedEvent => ({ ...compute(cluster, 'a2', 'c0o0-p0'), time });
    expect(await gain(() => send(cluster, [run(`${DAY}T10:59:00Z`)]))).toMatchObject({ counted: 1 });
    expect(await gain(() => send(cluster, [run(`${DAY}T11:01:00Z`)]))).toMatchObject({ counted: 0, duplicates: 1 });
  });

  it('counts everything once when two collectors send it at the same time (A3)', async () => {
    const events = Array.from({ length: 100 }, (_, i) => compute(cluster, `a3-${i}`, 'c0o0-p0'));
    const gained = await gain(() => Promise.all([send(cluster, events), send(cluster, events)]), 200);
    expect(gained).toEqual({ events: 200, counted: 100, duplicates: 100, parked: 0 });
  });

  it('loses no update when two writers have the same row (B2)', async () => {
    const before = await cpuOf('auth0|c0o1');
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 25 }, (__, i) => compute(cluster, `b2-${batch}-${i}`, 'c0o1-p0')),
    );
    await gain(() => Promise.all(batches.map((events) => send(cluster, events))), 1_000);
    expect((await cpuOf('auth0|c0o1')) - before).toBe(1_000);
  });

  it('repeats a write that failed until it is done (B3)', async () => {
    await pipeline.pool.query('alter table hopsmeter.usage_daily rename to usage_daily_away');
    const before = await readBatchTotals(pipeline.pool);
    await send(cluster, [compute(cluster, 'b3', 'c0o0-p0')]);
    await waitFor('a failed attempt', async () => {
      const metrics = await fetch(`${pipeline.workers[0]?.url}/metrics`).then((answer) => answer.text());
      const other = await fetch(`${pipeline.workers[1]?.url}/metrics`).then((answer) => answer.text());
      return /record_failures_total\{kind="unexpected"\} [1-9]/.test(metrics + other) ? true : undefined;
    });
    expect(await readBatchTotals(pipeline.pool)).toEqual(before);
    await pipeline.pool.query('alter table hopsmeter.usage_daily_away rename to usage_daily');
    await recorded(before.events + 1);
    expect(await readBatchTotals(pipeline.pool)).toMatchObject({ counted: before.counted + 1 });
  });

  it('refuses a negative value instead of taking it for zero (B5)', async () => {
    const answer = await post(
      url(),
      cluster.key,
      JSON.stringify([compute(cluster, 'b5', 'c0o0-p0', { cpuCoreHours: -1 })]),
    );
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({ errors: [{ code: 'NEGATIVE_QUANTITY', id: 'b5' }] });
    const window = { start: `${DAY}T13:00:00Z`, end: `${DAY}T14:00:00Z` };
    const row = {
      name: 'x',
      properties: { cluster: 'c0', namespace: 'x' },
      start: window.start,
      end: window.end,
      minutes: 60,
      cpuCoreHours: -5,
      gpuHours: 0,
      ramByteHours: 1,
    };
    const { events, quarantined } = mapAllocations(
      { code: 200, status: 'success', data: [{ x: { ...row, window } }] },
      { clusterId: cluster.id, clusterName: 'c0', window },
    );
    expect(events).toEqual([]);
    expect(quarantined).toMatchObject([{ name: 'x', reason: 'negative_number' }]);
  });

  it('bills what a user uses on another cluster (B6)', async () => {
    const stranger = 'auth0|c1o0';
    const namespace = 'moved-here';
    await addProject(cluster, namespace, stranger);
    const gained = await gain(() => send(cluster, [compute(cluster, 'b6', namespace)]));
    expect(gained).toMatchObject({ counted: 0, parked: 1 });
    expect(await parkedReasonOf('b6')).toEqual({ reason: 'user_not_on_cluster', status: 'pending' });
    await pipeline.pool.query(
      `update hopsmeter.user_hopsworks_assignments set hopsworks_cluster_id = $1 where user_id = $2`,
      [cluster.id, stranger],
    );
    await countedLater('b6');
    expect(await cpuOf(stranger)).toBe(1);
  });

  it('keeps usage of a namespace that nobody registered until somebody does (B7)', async () => {
    expect(await gain(() => send(cluster, [compute(cluster, 'b7', 'orphan')]))).toMatchObject({
      counted: 0,
      parked: 1,
    });
    expect(await parkedReasonOf('b7')).toEqual({ reason: 'unknown_namespace', status: 'pending' });
    await addProject(cluster, 'orphan', 'google-oauth2|c0o0m0');
    await countedLater('b7');
    expect(await cpuOf('google-oauth2|c0o0m0')).toBe(1);
  });

  it('puts the last hour of a day on that day, though it is read after midnight (C1)', async () => {
    const window = { start: `${MONTH_END}T23:00:00Z`, end: `${NEXT_DAY}T00:00:00Z` };
    const event = compute(cluster, 'c1', 'c0o0-p0', { window });
    await gain(() => send(cluster, [{ ...event, time: `${NEXT_DAY}T00:05:00Z` }]));
    const days = await pipeline.pool.query(
      `select usage_date::text as day from hopsmeter.usage_events where event_id = 'c1'`,
    );
    expect(days.rows).toEqual([{ day: MONTH_END }]);
  });

  it('keeps both clusters of a user who moved on that day (C2)', async () => {
    const [first, second] = await Promise.all([
      createCluster(pipeline.pool, 'c2-a'),
      createCluster(pipeline.pool, 'c2-b'),
    ]);
    const user = 'auth0|c2';
    await pipeline.pool.query('insert into hopsmeter.users (id) values ($1)', [user]);
    await pipeline.pool.query(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at, ended_at)
       values ($1, $2, '-infinity', $4), ($1, $3, $4, null)`,
      [user, first.id, second.id, `${DAY}T12:00:00Z`],
    );
    await addProject(first, 'same', user);
    await addProject(second, 'same', user);
    await gain(() => send(first, [compute(first, 'c2', 'same', { window: hourOf(9) })]));
    await gain(() => send(second, [compute(second, 'c2', 'same', { window: hourOf(15) })]));
    const rows = (await readUser(user)).filter(({ meter }) => meter === 'cpu_hours');
    expect(rows.map(({ clusterId, quantity }) => [clusterId, Number(quantity)]).sort()).toEqual(
      [first.id, second.id].sort().map((id) => [id, 1]),
    );
  });

  it('leaves the past with the old team when someone changes teams (C3)', async () => {
    const member = 'google-oauth2|c0o1m0';
    await gain(() => send(cluster, [compute(cluster, 'c3-early', 'c0o1m0-p0')]));
    await pipeline.pool.query('update hopsmeter.users set account_owner_id = $1 where id = $2', ['auth0|c0o0', member]);
    await gain(() => send(cluster, [compute(cluster, 'c3-late', 'c0o1m0-p0')]));
    const owners = await pipeline.pool.query(
      `select distinct account_owner_id from hopsmeter.usage_events where event_id like 'c3-%'`,
    );
    expect(owners.rows).toEqual([{ account_owner_id: 'auth0|c0o1' }]);
  });

  it("puts the team's usage on its owner's bill (C4)", async () => {
    await gain(() => send(cluster, [compute(cluster, 'c4-own', 'c0o0-p0'), compute(cluster, 'c4', 'c0o0m0-p0')]), 2);
    const users = await pipeline.pool.query<{ user_id: string }>(
      `select user_id from hopsmeter.usage_daily where account_owner_id = 'auth0|c0o0' group by user_id
        order by user_id`,
    );
    expect(users.rows.map((row) => row.user_id)).toEqual(
      expect.arrayContaining(['auth0|c0o0', 'google-oauth2|c0o0m0']),
    );
  });

  it('keeps two projects of one name on two clusters apart (C5)', async () => {
    const other = one(world.clusters.slice(1));
    await addProject(cluster, 'churn', 'auth0|c0o0');
    await addProject(other, 'churn', 'auth0|c1o1');
    await gain(() => send(cluster, [compute(cluster, 'c5', 'churn')]));
    await gain(() => send(other, [compute(other, 'c5', 'churn')]));
    const rows = await pipeline.pool.query(
      `select account_owner_id, hopsworks_cluster_id from hopsmeter.usage_events where event_id = 'c5' order by 1`,
    );
    expect(rows.rows).toEqual([
      { account_owner_id: 'auth0|c0o0', hopsworks_cluster_id: cluster.id },
      { account_owner_id: 'auth0|c1o1', hopsworks_cluster_id: other.id },
    ]);
  });

  it('charges those who use a project, not whoever owns it (C6)', async () => {
    const user = 'google-oauth2|c0o0m0';
    await gain(() => send(cluster, [{ ...compute(cluster, 'c6', 'c0o0-p0'), subject: user }]));
    const rows = await pipeline.pool.query(
      `select user_id, attributed_by from hopsmeter.usage_events where event_id = 'c6'`,
    );
    expect(rows.rows).toEqual([{ user_id: user, attributed_by: 'subject' }]);
  });

  it('bills the right person when a namespace comes back with another owner or is spelt another way (C7)', async () => {
    await pipeline.pool.query(
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
       values ($1, 're_used', 'auth0|c0o0', '-infinity', $2), ($1, 're_used', 'auth0|c0o1', $2, null)`,
      [cluster.id, `${DAY}T12:00:00Z`],
    );
    await gain(
      () =>
        send(cluster, [
          compute(cluster, 'c7-old', 're_used', { window: hourOf(11) }),
          compute(cluster, 'c7-new', 're_used', { window: hourOf(12) }),
          compute(cluster, 'c7-spelt', 're-used', { window: hourOf(12) }),
        ]),
      3,
    );
    const rows = await pipeline.pool.query(
      `select event_id, user_id from hopsmeter.usage_events where event_id like 'c7%' order by event_id`,
    );
    expect(rows.rows).toEqual([
      { event_id: 'c7-new', user_id: 'auth0|c0o1' },
      { event_id: 'c7-old', user_id: 'auth0|c0o0' },
    ]);
    expect(await parkedReasonOf('c7-spelt')).toEqual({ reason: 'unknown_namespace', status: 'pending' });
  });

  const url = (): string => one(pipeline.ingests).url;

  const send = (from: TestCluster, events: readonly PostedEvent[]) => createTestClient(url(), from.key).send(events);

  /** What an action added to the account of all batches. Waits until as many events as it sent are recorded. */
  const gain = async (act: () => Promise<unknown>, events = 1) => {
    const before = await readBatchTotals(pipeline.pool);
    await act();
    await recorded(before.events + events);
    const after = await readBatchTotals(pipeline.pool);
    return {
      events: after.events - before.events,
      counted: after.counted - before.counted,
      duplicates: after.duplicates - before.duplicates,
      parked: after.parked - before.parked,
    };
  };

  const recorded = (events: number): Promise<unknown> =>
    waitFor('the events to be recorded', async () =>
      (await readBatchTotals(pipeline.pool)).events >= events ? true : undefined,
    );

  const readUser = async (userId: string) => {
    const result = await pipeline.pool.query<{ meter: string; quantity: string; cost: string; clusterId: string }>(
      `select meter, quantity::numeric(38, 12)::text, cost::text, hopsworks_cluster_id as "clusterId"
       from hopsmeter.usage_daily where user_id = $1 order by meter, usage_date`,
      [userId],
    );
    return result.rows;
  };

  const cpuOf = async (userId: string): Promise<number> => {
    const rows = (await readUser(userId)).filter(({ meter }) => meter === 'cpu_hours');
    return rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  };

  const parkedReasonOf = async (eventId: string) => {
    const result = await pipeline.pool.query('select reason, status from hopsmeter.parked_events where event_id = $1', [
      eventId,
    ]);
    return one(result.rows);
  };

  const countedLater = (eventId: string): Promise<unknown> =>
    waitFor(`${eventId} to be counted`, async () => {
      const result = await pipeline.pool.query('select from hopsmeter.usage_events where event_id = $1', [eventId]);
      return result.rowCount === 1 ? true : undefined;
    });

  const addProject = (on: TestCluster, namespace: string, userId: string): Promise<unknown> =>
    pipeline.pool.query(
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
        values ($1, $2, $3, '-infinity')`,
      [on.id, namespace, userId],
    );
});

const DAY = dayBefore(Date.now(), 3);
const [MONTH_END, NEXT_DAY] = lastMonthEnd();

function dayBefore(ms: number, days: number): string {
  return new Date(ms - days * 86_400_000).toISOString().slice(0, 10);
}

/** The last day of the month before this one, and the day after it. */
function lastMonthEnd(): [string, string] {
  const now = new Date();
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  return [dayBefore(first, 1), dayBefore(first, 0)];
}

function hourOf(hour: number): { start: string; end: string } {
  const text = (value: number): string => `${DAY}T${String(value).padStart(2, '0')}:00:00Z`;
  return { start: text(hour), end: text(hour + 1) };
}

/** One core-hour and one GB-hour, between ten and eleven. */
function compute(
  cluster: TestCluster,
  id: string,
  namespace: string,
  data: Readonly<Record<string, unknown>> = {},
): PostedEvent {
  return {
    id,
    source: `urn:hopsworks:cluster:${cluster.id}`,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.compute.v1',
    time: `${DAY}T11:00:00Z`,
    data: { namespace, window: hourOf(10), cpuCoreHours: 1, gpuHours: 0, ramByteHours: 2 ** 30, ...data },
  };
}
