import { randomUUID } from 'node:crypto';
import {
  addNamespaceRule,
  changeCluster,
  createMeter,
  giveUpParked,
  listIgnoredNamespaces,
  listNamespaceRules,
  listParked,
  loadDirectory,
  postponeParked,
  readCountedInstants,
  readParkedWork,
  readPipelineCounts,
  recallIgnored,
  recordBatch,
  releaseParked,
  requestParkedRetry,
  type SettledCounts,
  setGpuModel,
  settleParked,
  tryRecordBatch,
  withdrawNamespaceRule,
} from '@hopsmeter/db';
import {
  ADVISORY_LOCKS,
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR, SAMPLE_START, sampleBatch, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import { planBatch, planParked, type UsageEvent } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatchRecorder } from '../record/batch-recorder.ts';
import { createDirectoryCache } from '../record/directory-cache.ts';
import { retryParked } from './retry-parked.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const MIDNIGHT = Math.ceil(SAMPLE_START / (24 * HOUR)) * 24 * HOUR;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeEach(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterEach(async () => {
  const differences = await findRollupDifferences(database.pool);
  const { events, counted, duplicates, parked } = await readPipelineCounts(database.pool);
  await database.close();
  expect(differences).toEqual([]);
  expect(events).toBe(counted + duplicates + parked);
});
afterAll(() => database?.close().catch(() => undefined));

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

/** A worker's own memory of the directory. */
const startDirectories = () => createDirectoryCache(() => loadDirectory(database.pool));

async function park(...events: UsageEvent[]): Promise<void> {
  const { pool } = database;
  const recorder = createBatchRecorder({
    store: {
      record: (record) => recordBatch(pool, record),
      tryRecord: (record) => tryRecordBatch(pool, record),
      readInstants: (keys) => readCountedInstants(pool, keys),
    },
    directories: startDirectories(),
    onFailure: () => undefined,
  });
  const batch = sampleBatch(events, { clusterId: seeded.clusterId });
  await recorder.record((directory, setAside) => planBatch(batch, directory, setAside), AbortSignal.timeout(30_000));
}

/** What a worker does when it notices. */
async function retry(kind: 'due' | 'changed' = 'changed', directories = startDirectories()): Promise<SettledCounts> {
  const { pool } = database;
  const sum = { counted: 0, duplicates: 0, pending: 0 };
  const { directoryVersion } = await readParkedWork(pool);
  await retryParked(
    {
      store: {
        settle: (choice, makePlan) => settleParked(pool, choice, makePlan),
        postpone: (id) => postponeParked(pool, [id]),
      },
      ignored: {
        list: () => listIgnoredNamespaces(pool),
        recall: (...recalled) => recallIgnored(pool, ...recalled),
      },
      directories,
      onSettled({ counted, duplicates, pending }) {
        sum.counted += counted;
        sum.duplicates += duplicates;
        sum.pending += pending;
      },
      onPostponed: () => undefined,
    },
    kind,
    directoryVersion,
    AbortSignal.timeout(30_000),
  );
  return sum;
}

/** Workers that wait for a lock in the middle of counting. */
const WAITING = `pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%ledger_rows as materialized%'`;

/** As if the last try of every event were a day ago. */
const passTime = () => rowsOf(`update hopsmeter.parked_events set tried_at = tried_at - interval '1 day'`);

const NOTHING = { counted: 0, duplicates: 0, pending: 0 };

const addProject = (namespace: string, userId = seeded.memberId) =>
  rowsOf(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, $2, $3, '-infinity')
    returning id`,
    [seeded.clusterId, namespace, userId],
  );

const statusesOf = () =>
  rowsOf<{ event_id: string }>(
    `select event_id, status, reason, resolution, try_count from hopsmeter.parked_events
      order by event_id, content_hash`,
  );

const idsOf = async (...eventIds: string[]) =>
  (await rowsOf<{ id: string }>('select id from hopsmeter.parked_events where event_id = any($1)', [eventIds])).map(
    ({ id }) => id,
  );

const auditOf = () =>
  rowsOf(
    `select actor_kind, actor_id, action, entity, reason, request_id from hopsmeter.audit_log
      order by action, entity_id`,
  );

describe('a parked event that is counted later', () => {
  it('goes to who owned the user then, on its own days, at the prices of those days', async () => {
    const usages = [{ meter: 'cpu_hours', quantity: '4' }];
    await park(
      sampleEvent('night', { namespace: 'new', start: MIDNIGHT - HOUR, end: MIDNIGHT + 3 * HOUR, usages }),
      sampleEvent('before'),
    );
    // Since then the member has left the account and the price has risen, both after the usage began.
    await database.pool.query(
      `update hopsmeter.account_ownerships set started_at = '-infinity', ended_at = to_timestamp($2)
        where user_id = $1`,
      [seeded.memberId, MIDNIGHT / 1_000_000],
    );
    await database.pool.query(
      `insert into hopsmeter.account_ownerships (user_id, account_owner_id, started_at)
        values ($1, $1, to_timestamp($2))`,
      [seeded.memberId, MIDNIGHT / 1_000_000],
    );
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'cpu_hours', to_timestamp($1)::date, 9 from hopsmeter.rate_cards where is_default`,
      [MIDNIGHT / 1_000_000],
    );
    await addProject('new');
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect(
      await rowsOf(
        `select usage_date::text, account_owner_id, usage_events.user_id, namespace, part, position, attributed_by,
          quantities::numeric(38, 12)[]::text, usage_batch_id = (select id
            from hopsmeter.usage_batches) as has_its_batch
        from hopsmeter.usage_events join hopsmeter.projects on projects.id = project_id where event_id = 'night'
          order by part`,
      ),
    ).toMatchObject([
      { usage_date: '2026-11-22', account_owner_id: seeded.ownerId, part: 0, quantities: '{1.000000000000}' },
      { usage_date: '2026-11-23', account_owner_id: seeded.ownerId, part: 1, quantities: '{3.000000000000}' },
    ]);
    expect(
      await rowsOf(
        `select usage_date::text, account_owner_id, user_id, sum(quantity)::numeric(38, 12)::text as quantity,
          sum(cost)::text as cost
        from hopsmeter.usage_daily group by 1, 2, 3 order by 1`,
      ),
    ).toEqual([
      {
        usage_date: '2026-11-22',
        account_owner_id: seeded.ownerId,
        user_id: seeded.memberId,
        quantity: '2.500000000000',
        cost: '0.875000000000',
      },
      {
        usage_date: '2026-11-23',
        account_owner_id: seeded.ownerId,
        user_id: seeded.memberId,
        quantity: '3.000000000000',
        cost: '27.000000000000',
      },
    ]);
    expect(await statusesOf()).toEqual([
      { event_id: 'night', status: 'counted', reason: 'unknown_namespace', resolution: 'counted', try_count: 1 },
    ]);
    expect(await readPipelineCounts(database.pool)).toMatchObject({ events: 2n, counted: 2n, parked: 0n, givenUp: 0n });
    // What the batch was when it was recorded is history.
    expect(await rowsOf('select counted_count, parked_count from hopsmeter.usage_batches')).toEqual([
      { counted_count: 1, parked_count: 1 },
    ]);
  });

  it('needs no person once the missing project, user, assignment, meter or price is there', async () => {
    await park(
      sampleEvent('project', { namespace: 'new' }),
      sampleEvent('user', { namespace: undefined, subject: 'auth0|new' }),
      sampleEvent('meter', { usages: [{ meter: 'model_calls', quantity: '3' }] }),
    );
    expect(await retry()).toEqual(NOTHING);
    await addProject('new');
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 2 });
    await database.pool.query(`insert into hopsmeter.users (id, email) values ('auth0|new', 'new@example.com')`);
    await passTime();
    expect(await retry()).toEqual({ counted: 0, duplicates: 0, pending: 2 });
    expect(await statusesOf()).toMatchObject([
      { event_id: 'meter', reason: 'unknown_meter' },
      { event_id: 'project', status: 'counted' },
      { event_id: 'user', reason: 'user_not_on_cluster', status: 'pending', try_count: 2 },
    ]);
    await database.pool.query(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ('auth0|new', $1, '-infinity')`,
      [seeded.clusterId],
    );
    await database.pool.query(
      `insert into hopsmeter.meters (meter, unit, description) values ('model_calls', 'call', 'Calls')`,
    );
    await passTime();
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 1 });
    expect(await statusesOf()).toMatchObject([{ event_id: 'meter', reason: 'no_rate' }, {}, { status: 'counted' }]);
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
      select id, 'model_calls', '2020-01-01', 1, 3 from hopsmeter.rate_cards where is_default`,
    );
    await passTime();
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect(await rowsOf(`select cost::text from hopsmeter.usage_daily where meter = 'model_calls'`)).toEqual([
      { cost: '1.000000000000' },
    ]);
  });

  it('waits for its GPU model to be put on a meter, and is then counted there by itself', async () => {
    const usages = [{ meter: 'gpu_hours', quantity: '2' }];
    await park(
      sampleEvent('h100', { gpuModel: 'NVIDIA H100 80GB HBM3', usages }),
      sampleEvent('t4', { gpuModel: 'Tesla T4', usages }),
      sampleEvent('no model', { usages }),
    );
    expect(await statusesOf()).toMatchObject([
      { event_id: 'h100', status: 'pending', reason: 'unknown_gpu_model' },
      { event_id: 't4', status: 'pending', reason: 'unknown_gpu_model' },
    ]);
    await createMeter(database.pool, CHANGE, { meter: 'gpu_hours_h100', unit: 'GPU-hour', description: 'H100s' });
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'gpu_hours_h100', '2020-01-01', 9 from hopsmeter.rate_cards where is_default`,
    );
    await setGpuModel(database.pool, CHANGE, { name: 'nvidia h100 80gb hbm3', meter: 'gpu_hours_h100' });
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 1 });
    await setGpuModel(database.pool, CHANGE, { name: 'Tesla T4', meter: 'gpu_hours' });
    await passTime();
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect(
      await rowsOf(
        'select meter, trim_scale(quantity)::text as quantity, cost::text from hopsmeter.usage_daily order by meter',
      ),
    ).toEqual([
      { meter: 'gpu_hours', quantity: '4', cost: '14.000000000000' },
      { meter: 'gpu_hours_h100', quantity: '2', cost: '18.000000000000' },
    ]);
  });

  it('is judged by what its cluster may have now when it is tried again', async () => {
    const usages = [{ meter: 'cpu_hours', quantity: '600' }];
    await park(sampleEvent('large', { usages }));
    expect(await statusesOf()).toMatchObject([{ event_id: 'large', reason: 'implausible' }]);
    await changeCluster(database.pool, CHANGE, seeded.clusterId, { maxCores: 599 });
    await requestParkedRetry(database.pool, CHANGE, { filter: { reason: 'implausible' } });
    expect(await retry('due')).toEqual({ counted: 0, duplicates: 0, pending: 1 });
    await changeCluster(database.pool, CHANGE, seeded.clusterId, { maxCores: 600 });
    await requestParkedRetry(database.pool, CHANGE, { filter: { reason: 'implausible' } });
    expect(await retry('due')).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    await park(sampleEvent('next', { usages }));
    expect(await statusesOf()).toMatchObject([{ event_id: 'large', status: 'counted' }]);
  });

  it('is counted once, however many workers try at the same time and again', async () => {
    const events = Array.from({ length: 1_700 }, (_, i) => sampleEvent(`event ${i}`, { namespace: `new ${i % 3}` }));
    await park(...events);
    for (const i of [0, 1, 2]) await addProject(`new ${i}`);
    const outcomes = await Promise.all([retry(), retry(), retry()]);
    expect(outcomes.reduce((sum, { counted }) => sum + counted, 0)).toBe(1_700);
    expect(outcomes.reduce((sum, { duplicates, pending }) => sum + duplicates + pending, 0)).toBe(0);
    await requestParkedRetry(database.pool, CHANGE, {});
    expect([await retry(), await retry('due')]).toEqual([NOTHING, NOTHING]);
    expect(await rowsOf('select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily')).toEqual([
      { total: '2550.000000000000' },
    ]);
  });

  it('is counted once though its worker is killed between taking it and the commit', async () => {
    await park(sampleEvent('a', { namespace: 'new' }), sampleEvent('b', { namespace: 'new' }));
    await addProject('new');
    const holds = [
      // The rows are taken, nothing is counted yet.
      `select pg_advisory_xact_lock(${ADVISORY_LOCKS.directory})`,
      // The ledger has the rows and the parked ones are marked, the rollup is not written yet.
      'lock table hopsmeter.usage_daily in exclusive mode',
    ];
    for (const hold of holds) {
      const holder = await database.pool.connect();
      await holder.query('begin');
      await holder.query(hold);
      // A lost connection is worth another attempt, so each of them is killed, until the worker leaves it for later.
      let kills = 0;
      let isOver = false;
      const retried = retry().finally(() => {
        isOver = true;
      });
      await vi.waitFor(
        async () => {
          kills += (await rowsOf(`select pg_terminate_backend(pid) from ${WAITING}`)).length;
          expect(isOver).toBe(true);
        },
        { timeout: 30_000, interval: 10 },
      );
      expect(await retried).toEqual(NOTHING);
      expect(kills).toBeGreaterThan(0);
      await holder.query('rollback');
      holder.release();
      expect(await statusesOf()).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
      expect(await rowsOf('select from hopsmeter.usage_events')).toEqual([]);
      await passTime();
    }
    expect(await retry()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
  });

  it('changes nothing when making the plan fails', async () => {
    await park(sampleEvent('a', { namespace: 'new' }));
    const choice = { kind: 'these', ids: await idsOf('a') } as const;
    const fail = () => {
      throw new Error('a bug');
    };
    await expect(settleParked(database.pool, choice, fail)).rejects.toThrow('a bug');
    const forget = () => ({ ...planParked([], seeded.directory), directoryVersion: seeded.directory.version });
    await expect(settleParked(database.pool, choice, forget)).rejects.toThrow('1 parked events were taken and 0');
    expect(await statusesOf()).toMatchObject([{ status: 'pending', try_count: 0 }]);
  });

  it('is a duplicate when a copy of it was counted meanwhile', async () => {
    const event = sampleEvent('a', { namespace: 'new' });
    await park(event);
    await addProject('new');
    await park(event);
    expect(await retry()).toEqual({ counted: 0, duplicates: 1, pending: 0 });
    expect(await statusesOf()).toMatchObject([{ status: 'counted', resolution: 'duplicate' }]);
    expect(await readPipelineCounts(database.pool)).toMatchObject({
      events: 2n,
      counted: 1n,
      duplicates: 1n,
      parked: 0n,
    });
  });

  it('is a conflict when the ledger holds another content, and waits for a person from then on', async () => {
    await park(sampleEvent('a', { namespace: 'new' }));
    await park(sampleEvent('a'));
    await addProject('new');
    expect(await retry()).toEqual({ counted: 0, duplicates: 0, pending: 1 });
    expect(await statusesOf()).toMatchObject([{ status: 'pending', reason: 'conflict', try_count: 1 }]);
    await addProject('newer');
    expect(await retry()).toEqual(NOTHING);
  });

  it('is only one of two contents that were parked with one identity', async () => {
    await park(sampleEvent('a', { namespace: 'new' }));
    await park(sampleEvent('a', { namespace: 'new', usages: [{ meter: 'cpu_hours', quantity: '0.000000000007' }] }));
    await addProject('new');
    expect(await retry()).toEqual({ counted: 1, duplicates: 0, pending: 1 });
    const statuses = await rowsOf('select status, reason from hopsmeter.parked_events order by status');
    expect(statuses).toEqual([
      { status: 'counted', reason: 'unknown_namespace' },
      { status: 'pending', reason: 'conflict' },
    ]);
    expect(await rowsOf('select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily')).toEqual([
      { total: '1.500000000000' },
    ]);
  });

  it('does not keep others from being counted when Postgres refuses it', async () => {
    const events = Array.from({ length: 20 }, (_, i) => sampleEvent(`event ${i}`, { namespace: 'new' }));
    const poison = [{ meter: 'cpu_hours', quantity: `1${'0'.repeat(28)}` }];
    await park(
      ...events,
      // By an instant, because over an hour it would be implausible.
      sampleEvent('poison', { namespace: 'new', start: SAMPLE_START, end: SAMPLE_START, usages: poison }),
    );
    await addProject('new');
    expect(await retry()).toEqual({ counted: 20, duplicates: 0, pending: 1 });
    expect(
      await rowsOf(`select event_id, reason, detail from hopsmeter.parked_events where status = 'pending'`),
    ).toEqual([{ event_id: 'poison', reason: 'uncountable', detail: expect.stringContaining('overflow') }]);
    expect(await retry()).toEqual(NOTHING);
  });

  it('is tried again though the directory changed since the worker read it', async () => {
    await park(sampleEvent('a', { namespace: 'new' }));
    const directories = startDirectories();
    await directories.current();
    await addProject('new');
    expect(await retry('changed', directories)).toEqual({ counted: 1, duplicates: 0, pending: 0 });
  });
});

describe('a hopeless event', () => {
  it('is tried once for each version of the directory, and ever more seldom', async () => {
    await park(sampleEvent('a', { namespace: 'never' }));
    expect(await retry()).toEqual(NOTHING);
    await addProject('new 1');
    expect([await retry(), await retry()]).toEqual([{ ...NOTHING, pending: 1 }, NOTHING]);
    await database.pool.query('update hopsmeter.parked_events set try_count = 20');
    await addProject('new 2');
    expect(await retry()).toEqual(NOTHING);
    await database.pool.query(`update hopsmeter.parked_events set tried_at = now() - interval '10 minutes 1 second'`);
    expect(await retry()).toEqual({ ...NOTHING, pending: 1 });
  });

  it.each(['implausible', 'conflict', 'uncountable', 'unreadable_batch'])(
    'is left to a person when it is %s',
    async (reason) => {
      await park(sampleEvent('a', { namespace: 'new' }));
      await database.pool.query('update hopsmeter.parked_events set reason = $1', [reason]);
      await addProject('new');
      expect(await retry()).toEqual(NOTHING);
      expect((await requestParkedRetry(database.pool, CHANGE, { filter: { reason } })).ids).toHaveLength(1);
      expect(await retry('due')).toEqual({ ...NOTHING, counted: 1 });
    },
  );
});

describe('a person', () => {
  const much = (id: string) => sampleEvent(id, { usages: [{ meter: 'cpu_hours', quantity: '600' }] });

  it('releases an implausible event, which is counted as it is', async () => {
    await park(much('a'), much('b'), sampleEvent('c', { namespace: 'new' }));
    const ids = await idsOf('a', 'c');
    expect(await releaseParked(database.pool, CHANGE, { ids, reason: 'a real run' })).toEqual(await idsOf('a'));
    expect(await releaseParked(database.pool, CHANGE, { ids, reason: 'once more' })).toEqual([]);
    expect((await readParkedWork(database.pool)).hasDue).toBe(true);
    expect(await retry('due')).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect((await readParkedWork(database.pool)).hasDue).toBe(false);
    const rows = await rowsOf(
      'select event_id, status, resolved_by, release_reason from hopsmeter.parked_events order by 1',
    );
    expect(rows).toEqual([
      { event_id: 'a', status: 'counted', resolved_by: 'auth0|staff', release_reason: 'a real run' },
      { event_id: 'b', status: 'pending', resolved_by: null, release_reason: null },
      { event_id: 'c', status: 'pending', resolved_by: null, release_reason: null },
    ]);
    expect(await rowsOf('select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily')).toEqual([
      { total: '600.000000000000' },
    ]);
    expect(await auditOf()).toEqual([
      {
        actor_kind: 'staff',
        actor_id: 'auth0|staff',
        action: 'release_parked_event',
        entity: 'parked_events',
        reason: 'a real run',
        request_id: 'request-1',
      },
    ]);
  });

  it('releases an event that lacks its project too, and it is counted as soon as that is there', async () => {
    const event = { ...much('a'), namespace: 'new' };
    await park(event);
    await releaseParked(database.pool, CHANGE, { ids: await idsOf('a'), reason: 'a real run' });
    expect(await retry('due')).toEqual({ ...NOTHING, pending: 1 });
    await addProject('new');
    await passTime();
    expect(await retry()).toEqual({ ...NOTHING, counted: 1 });
  });

  it('gives an event up once, and nothing counts it any more', async () => {
    await park(sampleEvent('a', { namespace: 'new' }), sampleEvent('b', { namespace: 'new' }));
    const ids = await idsOf('a');
    expect(await giveUpParked(database.pool, CHANGE, { ids, reason: 'a test cluster' })).toEqual({ ids, leftCount: 0 });
    expect(await giveUpParked(database.pool, CHANGE, { ids, reason: 'again' })).toEqual({ ids: [], leftCount: 0 });
    expect(await releaseParked(database.pool, CHANGE, { ids, reason: 'no' })).toEqual([]);
    expect(await requestParkedRetry(database.pool, CHANGE, { ids })).toEqual({ ids: [], leftCount: 0 });
    await addProject('new');
    expect(await retry()).toEqual({ ...NOTHING, counted: 1 });
    expect(await giveUpParked(database.pool, CHANGE, { ids: await idsOf('b'), reason: 'too late' })).toMatchObject({
      ids: [],
    });
    const [givenUp] = await listParked(database.pool, {
      status: 'given_up',
      filter: { clusterId: seeded.clusterId },
      after: undefined,
      limit: 10,
    });
    expect(givenUp).toMatchObject({ eventId: 'a', resolution: 'a test cluster', resolvedBy: 'auth0|staff' });
    expect(givenUp?.event).toMatchObject({ id: 'a', namespace: 'new' });
    expect(await readPipelineCounts(database.pool)).toMatchObject({ events: 2n, counted: 1n, parked: 1n, givenUp: 1n });
    expect(await auditOf()).toMatchObject([{ action: 'give_up_parked_event', reason: 'a test cluster' }]);
  });

  it('has events tried by what they wait for, and is told how many are left', async () => {
    await park(sampleEvent('a', { namespace: 'new' }), much('b'), sampleEvent('c', { namespace: 'other' }));
    const query = { filter: { reason: 'unknown_namespace', clusterId: seeded.clusterId } };
    const marked = await requestParkedRetry(database.pool, CHANGE, query);
    expect([...marked.ids].sort()).toEqual((await idsOf('a', 'c')).sort());
    expect(marked.leftCount).toBe(0);
    expect(await requestParkedRetry(database.pool, CHANGE, query)).toEqual({ ids: [], leftCount: 0 });
    expect(await requestParkedRetry(database.pool, CHANGE, { filter: { clusterId: randomUUID() } })).toMatchObject({
      ids: [],
    });
    expect(await retry('due')).toEqual({ ...NOTHING, pending: 2 });
    expect(await retry('due')).toEqual(NOTHING);
    expect(await auditOf()).toMatchObject([{ action: 'retry_parked_event' }, { action: 'retry_parked_event' }]);
  });

  it('waits for a worker that has the event in hand, and then changes nothing', async () => {
    await park(sampleEvent('a', { namespace: 'new' }));
    await addProject('new');
    const ids = await idsOf('a');
    const holder = await database.pool.connect();
    await holder.query('begin');
    await holder.query('lock table hopsmeter.usage_daily in exclusive mode');
    const retried = retry();
    await vi.waitFor(async () => expect(await rowsOf(`select from ${WAITING}`)).toHaveLength(1), { timeout: 10_000 });
    const givenUp = giveUpParked(database.pool, CHANGE, { ids, reason: 'too late' });
    await holder.query('rollback');
    holder.release();
    expect(await retried).toEqual({ ...NOTHING, counted: 1 });
    expect(await givenUp).toMatchObject({ ids: [] });
  });
});

describe('a rule for namespaces', () => {
  const addRule = async (pattern: string, userId?: string) => {
    const rule = { clusterId: seeded.clusterId, pattern, userId, reason: 'the platform itself' };
    return (await addNamespaceRule(database.pool, CHANGE, rule)).value.id;
  };
  const withdraw = (id: string) => withdrawNamespaceRule(database.pool, CHANGE, { id, reason: 'for a test' });
  const ignored = async () =>
    Object.fromEntries(
      (await listNamespaceRules(database.pool, seeded.clusterId)).map((rule) => [rule.pattern, rule.ignoredCount]),
    );
  const of = (id: string, namespace: string) => sampleEvent(id, { namespace });
  const bookedOf = () =>
    rowsOf(`
      select event_id, account_owner_id, project_id, attributed_by from hopsmeter.usage_events order by event_id`);

  it('ignores what is parked and what comes, counted by rule, until it is withdrawn', async () => {
    await park(of('a', 'kube-system'), of('b', 'kubeflow'));
    const rule = await addRule('kube-*');
    expect(await retry()).toEqual({ ...NOTHING, pending: 2 });
    await park(of('c', 'kube-system'), of('d', 'kube-public'));
    expect(await ignored()).toEqual({ 'kube-*': '3' });
    expect(await readPipelineCounts(database.pool)).toMatchObject({ parked: 4n, ignored: 3n });
    expect((await readPipelineCounts(database.pool)).pendingByReason).toEqual(new Map([['unknown_namespace', 1n]]));
    expect(await statusesOf()).toMatchObject([
      { status: 'ignored', reason: 'ignored_namespace' },
      { status: 'pending', reason: 'unknown_namespace' },
      { status: 'ignored', resolution: 'the rule kube-* of the cluster ignores kube-system' },
      { status: 'ignored', resolution: 'the rule kube-* of the cluster ignores kube-public' },
    ]);
    await withdraw(rule);
    await passTime();
    await retry();
    expect((await readPipelineCounts(database.pool)).pendingByReason).toEqual(new Map([['unknown_namespace', 4n]]));
    await addProject('kube-system');
    await passTime();
    await retry();
    expect((await bookedOf()).map((row) => Reflect.get(row, 'event_id'))).toEqual(['a', 'c']);
  });

  it('books usage for a user who need not be on the cluster', async () => {
    await rowsOf(`insert into hopsmeter.users (id) values ('auth0|platform')`);
    await park(of('a', 'opencost'));
    await addRule('opencost', 'auth0|platform');
    expect(await retry()).toEqual({ ...NOTHING, counted: 1 });
    await park(of('b', 'opencost'), of('c', 'opencost-x'));
    expect(await bookedOf()).toEqual(
      ['a', 'b'].map((id) => ({
        event_id: id,
        account_owner_id: 'auth0|platform',
        project_id: null,
        attributed_by: 'rule',
      })),
    );
    const [rule] = await listNamespaceRules(database.pool, undefined);
    expect(rule).toMatchObject({ ignoredCount: '0', bookedCost: expect.stringMatching(/^[1-9]|^0\.[0-9]*[1-9]/) });
  });

  it('gives way to a rule that says more, whose events follow', async () => {
    await addRule('kube-*');
    await park(of('a', 'kube-system'), of('b', 'kube-public'));
    await addRule('kube-system', seeded.otherId);
    await passTime();
    await retry();
    expect(await bookedOf()).toMatchObject([{ event_id: 'a', account_owner_id: seeded.otherId }]);
    expect(await ignored()).toEqual({ 'kube-*': '1', 'kube-system': '0' });
  });

  it('never overrides a project, also one that is registered later', async () => {
    await addRule('ml', seeded.otherId);
    await addRule('new');
    await park(
      of('a', 'ml'),
      of('b', 'new'),
      sampleEvent('before', { namespace: 'new', start: SAMPLE_START - HOUR, end: SAMPLE_START }),
    );
    expect(await bookedOf()).toMatchObject([{ event_id: 'a', account_owner_id: seeded.ownerId }]);
    await rowsOf(
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, 'new', $2, to_timestamp($3::bigint / 1000000))`,
      [seeded.clusterId, seeded.memberId, SAMPLE_START],
    );
    await passTime();
    await retry();
    expect((await bookedOf()).map((row) => Reflect.get(row, 'event_id'))).toEqual(['a', 'b']);
    expect(await ignored()).toEqual({ ml: '0', new: '1' });
    expect(await listIgnoredNamespaces(database.pool)).toEqual([{ clusterId: seeded.clusterId, namespace: 'new' }]);
  });
});
