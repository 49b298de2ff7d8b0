import { randomUUID } from 'node:crypto';
import { createRecording, loadDirectory, readCountedInstants, tryRecordBatch } from '@hopsmeter/db';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  HOUR,
  SAMPLE_START,
  sampleBatch,
  sampleEvent,
  sampleRequest,
} from '@hopsmeter/test/support/usage/sample-events.ts';
import { formatQuantity, planBatch, planUnreadable, type UsageEvent } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBatchRecorder } from './batch-recorder.ts';
import { createDirectoryCache } from './directory-cache.ts';

let database: TestDatabase;
let seeded: SeededDirectory;
let failures: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(async () => {
  failures = [];
  await database.pool.query(
    'truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.usage_batches, hopsmeter.parked_events',
  );
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});
afterAll(() => database?.close());

/** The recorder as the worker has it. */
function startRecorder() {
  const { pool } = database;
  return createBatchRecorder({
    store: {
      record: createRecording(pool),
      tryRecord: (record) => tryRecordBatch(pool, record),
      readInstants: (keys) => readCountedInstants(pool, keys),
    },
    directories: createDirectoryCache(() => loadDirectory(pool)),
    onFailure: (kind) => failures.push(kind),
  });
}

type Batch = ReturnType<typeof sampleBatch>;

const batchOf = (events: readonly UsageEvent[]): Batch => sampleBatch(events, { clusterId: seeded.clusterId });

const record = (batch: Batch) =>
  startRecorder().record((directory, setAside) => planBatch(batch, directory, setAside), AbortSignal.timeout(30_000));

async function rowsOf<T extends object>(sql: string): Promise<T[]> {
  return (await database.pool.query<T>(sql)).rows;
}

const totalOf = async () =>
  (
    await rowsOf<{ total: string }>('select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily')
  )[0]?.total;

describe('a poison event', () => {
  const POISON: [string, Partial<UsageEvent>][] = [
    ['holds NUL in its id', { id: 'a\0b' }],
    ['holds NUL in its source', { sourcePath: '/\0' }],
    ['is attributed to nobody and holds NUL in its subject', { subject: 'a\0b' }],
    ['is of no known namespace and holds half a surrogate pair in it', { namespace: '\ud800' }],
    ['is of no known meter, whose name holds NUL', { usages: [{ meter: '\0', quantity: '0.000000000001' }] }],
    ['has a negative quantity', { usages: [{ meter: 'cpu_hours', quantity: '-0.000000000001' }] }],
    ['has more than any column can hold', { usages: [{ meter: 'ram_gb_hours', quantity: `1${'0'.repeat(28)}` }] }],
  ];

  it('is parked alone, and the other 999 events are counted', async () => {
    const events = Array.from({ length: 1_000 }, (_, i) => sampleEvent(i === 617 ? 'poi\0son' : `event ${i}`));
    const batch = batchOf(events);
    expect(await record(batch)).toEqual({ counted: 999, duplicates: 0, parked: 1 });
    expect(failures).toEqual(['data']);
    expect(await totalOf()).toBe(`${999 * 1.5}00000000000`);
    expect(
      await rowsOf('select event_id, reason, position, hopsworks_cluster_id, event from hopsmeter.parked_events'),
    ).toEqual([
      {
        event_id: 'poi\ufffdson',
        reason: 'uncountable',
        position: 617,
        hopsworks_cluster_id: seeded.clusterId,
        event: expect.objectContaining({ id: 'poi\ufffdson', namespace: 'ml' }),
      },
    ]);
    // Delivered again, and sent again by the cluster.
    expect(await record(batch)).toBeUndefined();
    expect(await record({ ...batch, id: randomUUID() })).toEqual({ counted: 0, duplicates: 1_000, parked: 0 });
  });

  it.each(POISON)('is parked where it %s', async (_name, changes) => {
    const events = [sampleEvent('before'), sampleEvent('poison', changes), sampleEvent('after')];
    expect(await record(batchOf(events))).toEqual({ counted: 2, duplicates: 0, parked: 1 });
    expect(await rowsOf('select reason, position from hopsmeter.parked_events')).toEqual([
      { reason: 'uncountable', position: 1 },
    ]);
  });

  it('is found among many others of its kind', async () => {
    const poison = POISON.flatMap(([, changes], i) => [
      sampleEvent(`fine ${i}`),
      sampleEvent(`poison ${i}`, changes),
      sampleEvent(`night ${i}`, { end: SAMPLE_START + 24 * HOUR }),
    ]);
    expect(await record(batchOf(poison))).toEqual({
      counted: 2 * POISON.length,
      duplicates: 0,
      parked: POISON.length,
    });
  });

  it('does not take the other requests of its batch with it when its cluster is no UUID', async () => {
    const events = ['a', 'b', 'c'].map((id) => sampleEvent(id));
    const requests = [
      sampleRequest(1, { clusterId: seeded.clusterId }),
      sampleRequest(1, { clusterId: `${randomUUID()},null`, requestId: 'a\0b' }),
      sampleRequest(1, { clusterId: seeded.clusterId, requestId: '\ud800' }),
    ];
    expect(await record({ id: randomUUID(), requests, events })).toEqual({ counted: 2, duplicates: 0, parked: 1 });
    expect(await rowsOf('select event_id, hopsworks_cluster_id from hopsmeter.parked_events')).toEqual([
      { event_id: 'b', hopsworks_cluster_id: null },
    ]);
  });
});

describe('a batch', () => {
  it('is attributed again when the directory changed since it was read', async () => {
    const recorder = startRecorder();
    const send = (batch: Batch) =>
      recorder.record((directory, setAside) => planBatch(batch, directory, setAside), AbortSignal.timeout(30_000));
    await send(batchOf([sampleEvent('before')]));
    await database.pool.query(`update hopsmeter.users set account_owner_id = null where id = $1`, [seeded.memberId]);
    const late = sampleEvent('late', { start: SAMPLE_START - HOUR, end: SAMPLE_START });
    const { now } = (
      await rowsOf<{ now: number }>('select (extract(epoch from now()) * 1000000)::float8 as now')
    )[0] ?? {
      now: 0,
    };
    await send(batchOf([late, sampleEvent('after', { start: now, end: now + HOUR })]));
    expect(failures).toEqual(['directory_changed']);
    // distinct: an hour that begins now may cross midnight, and then it has two rows.
    expect(
      await rowsOf('select distinct event_id, account_owner_id from hopsmeter.usage_events order by event_id'),
    ).toEqual([
      { event_id: 'after', account_owner_id: seeded.memberId },
      { event_id: 'before', account_owner_id: seeded.ownerId },
      { event_id: 'late', account_owner_id: seeded.ownerId },
    ]);
  });

  it('parks the copy with another content and counts the rest', async () => {
    await record(batchOf([sampleEvent('a'), sampleEvent('b')]));
    const usages = [{ meter: 'cpu_hours', quantity: '0.000000000007' }];
    const batch = batchOf([sampleEvent('a', { usages }), sampleEvent('b'), sampleEvent('c')]);
    expect(await record(batch)).toEqual({ counted: 1, duplicates: 1, parked: 1 });
    expect(failures).toEqual(['conflicts']);
    expect(await rowsOf('select event_id, reason, event from hopsmeter.parked_events')).toEqual([
      {
        event_id: 'a',
        reason: 'conflict',
        event: expect.objectContaining({ usages: [{ meter: 'cpu_hours', quantity: formatQuantity(7n) }] }),
      },
    ]);
  });

  it('is counted once by two workers at the same time', async () => {
    const batch = batchOf(Array.from({ length: 300 }, (_, i) => sampleEvent(`event ${i}`)));
    await Promise.all([record(batch), record(batch), record({ ...batch, id: randomUUID() })]);
    expect(await totalOf()).toBe('450.000000000000');
    expect(await rowsOf('select counted_count, duplicate_count from hopsmeter.usage_batches order by 1')).toEqual([
      { counted_count: 0, duplicate_count: 300 },
      { counted_count: 300, duplicate_count: 0 },
    ]);
  });
});

describe('an unreadable job', () => {
  it.each(['{"v":9}', 'a\0b', '\ud800', '{"v":"\\u0000"}'])(
    'is parked once, however often it comes (%j)',
    async (payload) => {
      const unreadable = { kind: 'unreadable', payload, reason: 'unknown_version', detail: 'version \0' } as const;
      const park = () =>
        startRecorder().record(
          (directory) => planUnreadable(unreadable, '7', SAMPLE_START, directory),
          AbortSignal.timeout(30_000),
        );
      expect(await park()).toEqual({ counted: 0, duplicates: 0, parked: 1 });
      expect(await park()).toBeUndefined();
      expect(failures).toEqual([]);
      expect(await rowsOf('select reason, event_id, hopsworks_cluster_id from hopsmeter.parked_events')).toEqual([
        { reason: 'unreadable_batch', event_id: 'job 7', hopsworks_cluster_id: null },
      ]);
    },
  );
});

describe('a copy without a window', () => {
  const instant = (at: number, quantity = 1n) => ({
    ...sampleEvent('retried'),
    start: at,
    end: at,
    usages: [{ meter: 'cpu_hours', quantity: String(quantity) }],
  });
  const conflicts = async () =>
    (await rowsOf<{ count: number }>("select count(*)::int from hopsmeter.parked_events where reason = 'conflict'"))[0]
      ?.count;

  it('that differs in its time only is a duplicate, and the first time stands', async () => {
    await record(batchOf([instant(SAMPLE_START)]));
    const [before] = await rowsOf('select usage_date, window_started_at from hopsmeter.usage_events');
    const again = await record(batchOf([instant(SAMPLE_START + 24 * HOUR)]));
    expect(again).toMatchObject({ counted: 0, duplicates: 1, parked: 0 });
    expect(await rowsOf('select usage_date, window_started_at from hopsmeter.usage_events')).toEqual([before]);
  });

  it('is a duplicate within a batch too', async () => {
    const counts = await record(batchOf([instant(SAMPLE_START), instant(SAMPLE_START + 5)]));
    expect(counts).toMatchObject({ counted: 1, duplicates: 1, parked: 0 });
  });

  it('that says something else, or comes more than a day apart, is a conflict', async () => {
    await record(batchOf([instant(SAMPLE_START)]));
    await record(batchOf([instant(SAMPLE_START + 1, 2n)]));
    await record(batchOf([instant(SAMPLE_START + 24 * HOUR + 1)]));
    expect(await conflicts()).toBe(2);
    expect(await totalOf()).toBe('1.000000000000');
  });
});
