import {
  SAMPLE_START,
  type SampleEvent,
  sampleEvent,
  sampleParked,
  sampleRecord,
} from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { type BatchRecord, formatExactUnits, type Micros, toExactUnits, type Usage } from '@hopsmeter/usage';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecording, type RecordBatches } from './create-recording.ts';
import { recordBatch, recordNewBatch } from './record-batch.ts';

let database: TestDatabase;
let seeded: SeededDirectory;
let first: PoolClient;
let second: PoolClient;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
beforeEach(async () => {
  first = await database.pool.connect();
  second = await database.pool.connect();
});
afterEach(async () => {
  // Not given back: a test that failed may have left a transaction open.
  first.release(true);
  second.release(true);
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});
afterAll(() => database?.close());

/** Starts work on a connection and waits until it stands still because of a lock that another one holds. */
async function startAndBlock<T>(client: PoolClient, work: () => Promise<T>): Promise<{ outcome: Promise<T> }> {
  const [connection] = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  const outcome = work();
  outcome.catch(() => undefined);
  await vi.waitFor(
    async () => {
      const blocked = await database.pool.query('select from pg_blocking_pids($1) as by where cardinality(by) > 0', [
        connection?.pid,
      ]);
      expect(blocked.rowCount).toBe(1);
    },
    { timeout: 10_000, interval: 5 },
  );
  return { outcome };
}

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('two connections at the same time', () => {
  it('count the same batch once', async () => {
    const batch = sampleRecord(seeded, [sampleEvent('same batch 1'), sampleEvent('same batch 2')]);
    await first.query('begin');
    expect(await recordBatch(first, batch)).toMatchObject([{ counted: 2 }]);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('40001');
    expect(await recordBatch(second, batch)).toBeUndefined();
  });

  it('count an event of two batches once: the copy that was not seen is asked for again', async () => {
    const event = sampleEvent('same event');
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [event]));
    const batch = sampleRecord(seeded, [sampleEvent('another event'), event]);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('40001');
    expect(await recordBatch(second, batch)).toEqual([{ counted: 1, duplicates: 1, parked: 0 }]);
  });

  it('count the event of the second when the first takes its own back', async () => {
    const event = sampleEvent('taken back');
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [event]));
    const { outcome } = await startAndBlock(second, () => recordBatch(second, sampleRecord(seeded, [event])));
    await first.query('rollback');
    expect(await outcome).toEqual([{ counted: 1, duplicates: 0, parked: 0 }]);
  });

  it('find that the copy that was not seen has another content', async () => {
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [sampleEvent('unseen')]));
    const batch = sampleRecord(seeded, [sampleEvent('unseen', { content: 2n })]);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('40001');
    expect(await codeOf(recordBatch(second, batch))).toBe('HM002');
  });

  it('park an event of two batches once', async () => {
    const parked = [sampleParked(seeded, sampleEvent('parked twice'))];
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [], { parked }));
    const { outcome } = await startAndBlock(second, () => recordBatch(second, sampleRecord(seeded, [], { parked })));
    await first.query('commit');
    expect(await outcome).toEqual([{ counted: 0, duplicates: 1, parked: 0 }]);
  });

  it('add to the same rollup row one after the other', async () => {
    const day = SAMPLE_START + 24 * HOUR;
    const events = ['sum 1', 'sum 2'].map((id) => sampleEvent(id, { start: day, end: day + HOUR }));
    const [batch1, batch2] = events.map((event) => sampleRecord(seeded, [event]));
    if (batch1 === undefined || batch2 === undefined) throw new Error('two batches');
    await first.query('begin');
    await recordBatch(first, batch1);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch2));
    await first.query('commit');
    expect(await outcome).toMatchObject([{ counted: 1 }]);
    const rows = await first.query(
      `select quantity::numeric(38, 12)::text, event_count from hopsmeter.usage_daily where usage_date = '2026-11-23'`,
    );
    expect(rows.rows).toEqual([{ quantity: '3.000000000000', event_count: '2' }]);
  });
});

describe('a statement that expects new events', () => {
  it('finds the copy that another one has just committed, and leaves it to the exact statement', async () => {
    const event = sampleEvent('expected to be new');
    await first.query('begin');
    await recordNewBatch(first, sampleRecord(seeded, [event]));
    const batch = sampleRecord(seeded, [sampleEvent('indeed new'), event]);
    const { outcome } = await startAndBlock(second, () => recordNewBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('23505');
    expect(await recordBatch(second, batch)).toEqual([{ counted: 1, duplicates: 1, parked: 0 }]);
  });

  it('counts the event when the other one takes its own back', async () => {
    const event = sampleEvent('expected and taken back');
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [event]));
    const { outcome } = await startAndBlock(second, () => recordNewBatch(second, sampleRecord(seeded, [event])));
    await first.query('rollback');
    expect(await outcome).toEqual([{ counted: 1, duplicates: 0, parked: 0 }]);
  });

  it('counts a batch once that two record at the same time', async () => {
    const batch = sampleRecord(seeded, [], {}, { duplicatesWithin: 1 });
    await first.query('begin');
    expect(await recordNewBatch(first, batch)).toHaveLength(1);
    const { outcome } = await startAndBlock(second, () => recordNewBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('23505');
    expect(await recordBatch(second, batch)).toBeUndefined();
  });
});

describe('a change of the directory', () => {
  const rename = (client: PoolClient) =>
    client.query(`update hopsmeter.users set name = coalesce(name, '') || 'x' where id = 'auth0|other'`);
  const versionOf = async () =>
    (await database.pool.query<{ version: string }>('select version::text from hopsmeter.directory_versions')).rows[0]
      ?.version;
  /** Undone, so that the directory that was seeded stays current for the next test. */
  const putBack = () =>
    database.pool.query('update hopsmeter.directory_versions set version = $1', [seeded.directory.version]);

  it('waits for a record statement that runs', async () => {
    await first.query('begin');
    await recordBatch(first, sampleRecord(seeded, [sampleEvent('before the change')]));
    const { outcome } = await startAndBlock(second, () => rename(second));
    expect(await versionOf()).toBe(seeded.directory.version);
    await first.query('commit');
    await outcome;
    expect(Number(await versionOf())).toBe(Number(seeded.directory.version) + 1);
    await putBack();
  });

  it('is waited for by a record statement, which then refuses its old copy', async () => {
    await first.query('begin');
    await rename(first);
    const batch = sampleRecord(seeded, [sampleEvent('after the change')]);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch));
    await first.query('commit');
    expect(await codeOf(outcome)).toBe('HM001');
    expect(await codeOf(recordBatch(second, batch))).toBe('HM001');
    const current = { ...batch, directoryVersion: (await versionOf()) ?? '' };
    expect(await recordBatch(second, current)).toMatchObject([{ counted: 1 }]);
    await putBack();
  });

  it('that is taken back refuses nothing', async () => {
    await first.query('begin');
    await rename(first);
    const batch = sampleRecord(seeded, [sampleEvent('no change')]);
    const { outcome } = await startAndBlock(second, () => recordBatch(second, batch));
    await first.query('rollback');
    expect(await outcome).toMatchObject([{ counted: 1 }]);
  });

  it.each(['users', 'account_ownerships', 'projects', 'user_hopsworks_assignments', 'meters', 'rate_cards', 'rates'])(
    'is noticed in %s',
    async (table) => {
      await first.query('begin');
      await first.query(`delete from hopsmeter.${table} where false`);
      const { rows } = await first.query<{ version: string }>('select version::text from hopsmeter.directory_versions');
      await first.query('rollback');
      expect(Number(rows[0]?.version)).toBe(Number(seeded.directory.version) + 1);
    },
  );
});

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
const METERS = ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'online_storage_gb_hours'];

describe.each<[string, (connection: number) => RecordBatches]>([
  ['exactly', () => (batch) => recordBatch(database.pool, batch)],
  ['expecting new events', () => createRecording(database.pool)],
  [
    'in both ways at the same time',
    (connection) =>
      connection % 2 === 0 ? createRecording(database.pool) : (batch) => recordBatch(database.pool, batch),
  ],
])('eight connections with shuffled batches that overlap, recorded %s', (_name, recordingOf) => {
  it('never deadlock and count every event exactly once', async () => {
    const random = createRandom(20_261_122);
    const events = Array.from({ length: 300 }, (_, i) => randomEvent(`shuffled ${i}`, random));
    const rest = shuffle(events, random);
    const batches = Array.from({ length: 40 }, (_, i) => {
      // Every event is in one batch at least, and in about five.
      const own = rest.slice(i * 8, i * 8 + 8);
      const more = shuffle(events, random).slice(0, 32);
      return sampleRecord(seeded, shuffle([...new Set([...own, ...more])], random));
    });
    const sent = batches.reduce((sum, { ledger }) => sum + new Set(ledger.map(({ eventKey }) => eventKey)).size, 0);
    await empty();

    await recordAll([...batches, ...shuffle(batches, random)]);

    expect(await readRollup()).toEqual(addUp(events));
    const { rows } = await database.pool.query(`
      select count(*)::int as batches, sum(counted_count)::int as counted, sum(duplicate_count)::int as duplicates
      from hopsmeter.usage_batches`);
    expect(rows).toEqual([{ batches: 40, counted: events.length, duplicates: sent - events.length }]);
  });

  it('never deadlock over the rollup rows that batches of other events share', async () => {
    await empty();
    const random = createRandom(7);
    const batches = Array.from({ length: 200 }, (_, batch) =>
      sampleRecord(
        seeded,
        Array.from({ length: 40 }, (_, i) => randomEvent(`rollup ${batch} ${i}`, random)),
      ),
    );
    await recordAll(batches);
  });

  const empty = () =>
    database.pool.query(
      'truncate hopsmeter.usage_events, hopsmeter.usage_daily, hopsmeter.usage_batches, hopsmeter.parked_events',
    );

  /** Records the batches on eight connections; a deadlock, or anything else that is no race, ends it. */
  async function recordAll(batches: readonly BatchRecord[]): Promise<void> {
    const waiting = [...batches];
    const work = async (_: unknown, connection: number): Promise<void> => {
      const recording = recordingOf(connection);
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        const code = await codeOf(recording(batch));
        if (code === undefined) continue;
        if (code === '40001') waiting.push(batch);
        else waiting.length = 0;
        expect(code).toBe('40001');
      }
    };
    await Promise.all(Array.from({ length: 8 }).map(work));
  }

  /** Up to three days long, with amounts of every size. */
  function randomEvent(id: string, random: (limit: number) => number): SampleEvent {
    const start = Date.UTC(2026, 10, 1 + random(3)) * 1_000 + random(24) * HOUR;
    const dayCount = 1 + random(3);
    const userId = ['auth0|owner', 'auth0|member', 'auth0|other'][random(3)] ?? '';
    const days = Array.from({ length: dayCount }, () =>
      METERS.slice(random(3)).map(
        (meter): Usage => ({ meter, quantity: formatExactUnits(7n ** BigInt(1 + random(50))) }),
      ),
    );
    const lastDay = Math.floor(start / DAY) + dayCount - 1;
    return sampleEvent(id, { userId, start, end: (lastDay + 1) * DAY, days });
  }

  type Total = { quantity: bigint; eventCount: number; first: Micros; last: Micros };

  /** What the rollup must be, added up by hand. */
  function addUp(events: readonly SampleEvent[]): Map<string, Total> {
    const totals = new Map<string, Total>();
    for (const { userId, start, days } of events)
      for (const [part, usages] of days.entries())
        for (const { meter, quantity } of usages) {
          const date = new Date(start / 1_000 + part * 86_400_000).toISOString().slice(0, 10);
          const owner = userId === 'auth0|member' ? 'auth0|owner' : userId;
          const project = userId === 'auth0|member' ? seeded.projectId : null;
          const key = [date, owner, userId, seeded.clusterId, project, meter].join(' ');
          const known = totals.get(key) ?? { quantity: 0n, eventCount: 0, first: start, last: start };
          totals.set(key, {
            quantity: known.quantity + toExactUnits(quantity),
            eventCount: known.eventCount + 1,
            first: Math.min(known.first, start),
            last: Math.max(known.last, start),
          });
        }
    return totals;
  }

  async function readRollup(): Promise<Map<string, Total>> {
    const { rows } = await database.pool.query<Record<string, string>>(`
      select
        concat_ws(' ', usage_date, account_owner_id, user_id, hopsworks_cluster_id, coalesce(project_id::text, ''),
        meter)
          as key,
        quantity::text, event_count, extract(epoch from first_event_at)::bigint as first,
        extract(epoch from last_event_at)::bigint as last
      from hopsmeter.usage_daily`);
    return new Map(
      rows.map(({ key = '', quantity = '', event_count, first, last }) => [
        key,
        {
          quantity: BigInt(quantity.replace('.', '')),
          eventCount: Number(event_count),
          first: Number(first) * 1_000_000,
          last: Number(last) * 1_000_000,
        },
      ]),
    );
  }
});

/** A small generator with a seed (mulberry32), so that a failure can be run again. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function shuffle<T>(items: readonly T[], random: (limit: number) => number): T[] {
  return items
    .map((item) => ({ item, place: random(2 ** 30) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
