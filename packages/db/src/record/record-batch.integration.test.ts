import { randomUUID } from 'node:crypto';
import { SAMPLE_START, sampleEvent, sampleParked, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { type Attribution, type BatchRecord, createDirectory, formatQuantity, type Usage } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { conflictPositionsOf, kindOfFailure } from '../connection/errors.ts';
import { loadDirectory } from '../directory/load-directory.ts';
import { recordBatch, tryRecordBatch } from './record-batch.ts';

const MIDNIGHT = Date.UTC(2026, 10, 23) * 1_000;
const HOUR = 3_600_000_000;

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});
afterAll(() => database?.close());

/** Of a record with one batch. */
const record = async (batch: BatchRecord) => (await recordBatch(database.pool, batch))?.[0];

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

/** How much of everything there is: equal before and after means that nothing was recorded. */
const countAll = () =>
  rowsOf(`select
    (select count(*) from hopsmeter.usage_events) as ledger, (select sum(quantity)
      from hopsmeter.usage_daily) as rollup,
    (select count(*) from hopsmeter.parked_events) as parked, (select count(*)
      from hopsmeter.usage_batches) as batches`);

const quantityOf = async (meter: string) =>
  (
    await rowsOf<{ total: string | null }>(
      'select sum(quantity) as total from hopsmeter.usage_daily where meter = $1',
      [meter],
    )
  )[0]?.total ?? '0';

describe('counting', () => {
  it('counts an event once when its batch is recorded twice', async () => {
    const batch = sampleRecord(seeded, [sampleEvent('twice')]);
    expect(await record(batch)).toEqual({ counted: 1, duplicates: 0, parked: 0 });
    const before = await countAll();
    expect(await record(batch)).toBeUndefined();
    expect(await countAll()).toEqual(before);
  });

  it('counts an event once when it comes again in another batch', async () => {
    await record(sampleRecord(seeded, [sampleEvent('again')]));
    const before = await quantityOf('cpu_hours');
    const second = await record(sampleRecord(seeded, [sampleEvent('again'), sampleEvent('again 2')]));
    expect(second).toEqual({ counted: 1, duplicates: 1, parked: 0 });
    expect(Number(await quantityOf('cpu_hours'))).toBe(Number(before) + 1.5);
  });

  it('counts an event over midnight on both days, once', async () => {
    const days: Usage[][] = [
      [{ meter: 'gpu_hours', quantity: '0.000000000001' }],
      [{ meter: 'gpu_hours', quantity: '0.000000000003' }],
      [],
    ];
    const event = sampleEvent('night', { start: MIDNIGHT - HOUR, end: MIDNIGHT + 30 * HOUR, days });
    for (let i = 0; i < 3; i++) await record(sampleRecord(seeded, [event, sampleEvent(`night ${i}`)]));
    expect(
      await rowsOf(
        `select usage_date::text, quantity::numeric(38, 12)::text, event_count from hopsmeter.usage_daily
          where meter = 'gpu_hours' order by 1`,
      ),
    ).toEqual([
      { usage_date: '2026-11-22', quantity: '0.000000000001', event_count: '1' },
      { usage_date: '2026-11-23', quantity: '0.000000000003', event_count: '1' },
    ]);
    expect(await rowsOf(`select part from hopsmeter.usage_events where event_id = 'night' order by part`)).toEqual([
      { part: 0 },
      { part: 1 },
      { part: 2 },
    ]);
  });

  it('keeps an event without usage in the ledger, so that its copies are known', async () => {
    const event = sampleEvent('nothing', { days: [[]] });
    expect(await record(sampleRecord(seeded, [event]))).toEqual({ counted: 1, duplicates: 0, parked: 0 });
    expect(await record(sampleRecord(seeded, [event]))).toEqual({ counted: 0, duplicates: 1, parked: 0 });
  });

  it('tells copies within the batch as duplicates', async () => {
    const batch = sampleRecord(seeded, [sampleEvent('within')], {}, { duplicatesWithin: 3 });
    expect(await record(batch)).toEqual({ counted: 1, duplicates: 3, parked: 0 });
  });

  it('adds to the rollup row that is there and keeps its first and last time', async () => {
    const day = SAMPLE_START + 5 * 24 * HOUR;
    const at = (id: string, offset: number) =>
      sampleEvent(id, { start: day + offset, end: day + offset + HOUR, userId: 'auth0|other' });
    for (const event of [at('b', 0), at('a', -HOUR), at('c', HOUR + 1)]) await record(sampleRecord(seeded, [event]));
    expect(
      await rowsOf(
        `select quantity::numeric(38, 12)::text, cost::text, event_count, project_id,
          extract(epoch from first_event_at)::text as first, extract(epoch from last_event_at)::text as last
        from hopsmeter.usage_daily where user_id = 'auth0|other' and usage_date = '2026-11-27'`,
      ),
    ).toEqual([
      {
        quantity: '4.500000000000',
        cost: '1.575000000000',
        event_count: '3',
        project_id: null,
        first: '1795780800.000000',
        last: '1795788000.000001',
      },
    ]);
  });

  it('records a batch without events to count', async () => {
    expect(await record(sampleRecord(seeded, []))).toEqual({ counted: 0, duplicates: 0, parked: 0 });
  });
});

describe('conflicts', () => {
  it('refuses another content under a known identity, names its position and records nothing', async () => {
    await record(sampleRecord(seeded, [sampleEvent('taken 1'), sampleEvent('taken 2')]));
    const before = await countAll();
    const batch = sampleRecord(seeded, [
      sampleEvent('free'),
      sampleEvent('taken 1', { content: 2n }),
      sampleEvent('taken 2', { content: -1n }),
      sampleEvent('taken 2'),
    ]);
    const error = await record(batch).catch((reason: unknown) => reason);
    expect(kindOfFailure(error)).toBe('conflicts');
    expect([...conflictPositionsOf(error)].sort()).toEqual([1, 2]);
    expect(await countAll()).toEqual(before);
  });

  it('finds a conflict with a copy that claims another day', async () => {
    await record(sampleRecord(seeded, [sampleEvent('day')]));
    const moved = sampleEvent('day', { content: 2n, start: SAMPLE_START - 48 * HOUR, end: SAMPLE_START - 47 * HOUR });
    await expect(record(sampleRecord(seeded, [moved]))).rejects.toMatchObject({ code: 'HM002', detail: '[0]' });
  });

  it('parks the conflicting copy, where people see it, and counts nothing twice', async () => {
    const [event, other] = [sampleEvent('shown'), sampleEvent('shown', { content: 2n })];
    await record(sampleRecord(seeded, [event]));
    const parked = [sampleParked(seeded, other, 'conflict')];
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 0, parked: 1 });
    expect(
      await rowsOf(`select content_hash, reason, status, event from hopsmeter.parked_events where event_id = 'shown'`),
    ).toEqual([{ content_hash: '2', reason: 'conflict', status: 'pending', event: { id: 'shown' } }]);
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 1, parked: 0 });
  });

  it('calls a parked event a conflict when the ledger holds another content', async () => {
    await record(sampleRecord(seeded, [sampleEvent('known')]));
    const parked = [sampleParked(seeded, sampleEvent('known', { content: 2n }), 'unknown_namespace')];
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 0, parked: 1 });
    expect(await rowsOf(`select reason from hopsmeter.parked_events where event_id = 'known'`)).toEqual([
      { reason: 'conflict' },
    ]);
  });
});

describe('parking', () => {
  it('parks an event once, whichever batch brings it again', async () => {
    const parked = [sampleParked(seeded, sampleEvent('parked')), sampleParked(seeded, sampleEvent('parked 2'))];
    const first = sampleRecord(seeded, [sampleEvent('beside')], { parked });
    expect(await record(first)).toEqual({ counted: 1, duplicates: 0, parked: 2 });
    expect(await record(first)).toBeUndefined();
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 2, parked: 0 });
  });

  it('keeps two contents of one identity apart', async () => {
    const parked = [1n, 2n, 2n].map((content) => sampleParked(seeded, sampleEvent('both', { content })));
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 1, parked: 2 });
  });

  it('does not park what is counted already', async () => {
    await record(sampleRecord(seeded, [sampleEvent('counted')]));
    const parked = [sampleParked(seeded, sampleEvent('counted'))];
    expect(await record(sampleRecord(seeded, [], { parked }))).toEqual({ counted: 0, duplicates: 1, parked: 0 });
  });

  it('counts a parked event when it comes again and can be counted', async () => {
    const event = sampleEvent('later');
    await record(sampleRecord(seeded, [], { parked: [sampleParked(seeded, event)] }));
    expect(await record(sampleRecord(seeded, [event]))).toEqual({ counted: 1, duplicates: 0, parked: 0 });
  });

  it('takes an event of a cluster that is not known', async () => {
    const parked = [{ ...sampleParked(seeded, sampleEvent('nowhere')), clusterId: undefined }];
    expect(await record(sampleRecord(seeded, [], { parked }))).toMatchObject({ parked: 1 });
  });
});

describe('refusals', () => {
  it('refuses a directory that is not current and records nothing', async () => {
    const before = await countAll();
    for (const directoryVersion of ['1', '9007199254740993']) {
      const error = await record(sampleRecord(seeded, [sampleEvent('old')], { directoryVersion })).catch(
        (reason: unknown) => reason,
      );
      expect(kindOfFailure(error)).toBe('directory_changed');
    }
    expect(await countAll()).toEqual(before);
  });

  it('says nothing of the directory for a batch that is recorded', async () => {
    const batch = sampleRecord(seeded, [sampleEvent('done')]);
    await record(batch);
    expect(await record({ ...batch, directoryVersion: '1' })).toBeUndefined();
  });

  it('refuses a batch whose events do not add up', async () => {
    const before = await countAll();
    const batch = sampleRecord(seeded, [sampleEvent('sum')], {}, { eventCount: 2 });
    await expect(record(batch)).rejects.toMatchObject({ code: '23514', constraint: 'usage_batches_add_up' });
    expect(await countAll()).toEqual(before);
  });

  it.each<[string, (batch: BatchRecord) => BatchRecord]>([
    ['a meter without a rate', (batch) => ({ ...batch, prices: [] })],
    ['an account owner who does not exist', (batch) => attributeTo(batch, { accountOwnerId: 'nobody' })],
    ['a user who does not exist', (batch) => attributeTo(batch, { userId: 'nobody' })],
    ['a cluster that does not exist', (batch) => attributeTo(batch, { clusterId: randomUUID() })],
    ['a project that does not exist', (batch) => attributeTo(batch, { projectId: randomUUID() })],
  ])('refuses %s instead of losing it', async (_name, change) => {
    const before = await countAll();
    const batch = change(sampleRecord(seeded, [sampleEvent('refused')]));
    const error = await record(batch).catch((reason: unknown) => reason);
    expect(kindOfFailure(error)).toBe('data');
    expect(await countAll()).toEqual(before);
  });

  it('refuses a record that holds an event twice: the ledger takes one, so no more may be rolled up', async () => {
    const before = await countAll();
    const batch = sampleRecord(seeded, [sampleEvent('in it twice'), sampleEvent('in it twice')]);
    await expect(record(batch)).rejects.toMatchObject({ code: '23502', column: 'counted_count' });
    expect(await countAll()).toEqual(before);
  });

  it('refuses more meters of an event than are summed', async () => {
    const before = await countAll();
    const usages = ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'online_storage_gb_hours', 'offline_storage_gb_hours'];
    const days = [usages.map((meter) => ({ meter, quantity: '0.000000000001' }))];
    await expect(record(sampleRecord(seeded, [sampleEvent('wide', { days })]))).rejects.toMatchObject({
      code: '23502',
    });
    expect(await countAll()).toEqual(before);
  });

  it('refuses quantities that are no money', async () => {
    const before = await countAll();
    for (const quantity of ['-0.000000000001', `1${'0'.repeat(26)}`]) {
      const batch = sampleRecord(seeded, [sampleEvent('bad', { days: [[{ meter: 'cpu_hours', quantity }]] })]);
      expect(kindOfFailure(await record(batch).catch((reason: unknown) => reason))).toBe('data');
    }
    expect(await countAll()).toEqual(before);
  });

  it('takes a tried batch back', async () => {
    const before = await countAll();
    const batch = sampleRecord(seeded, [sampleEvent('tried')]);
    await tryRecordBatch(database.pool, batch);
    await expect(tryRecordBatch(database.pool, { ...batch, prices: [] })).rejects.toMatchObject({ code: '23502' });
    expect(await countAll()).toEqual(before);
    expect(await record(batch)).toMatchObject({ counted: 1 });
  });
});

describe('batches that are recorded together', () => {
  /** Puts records of one batch each into one. */
  const join = (records: readonly BatchRecord[]): BatchRecord => {
    const [first] = records;
    if (first === undefined) throw new Error('no record');
    return {
      ...first,
      ledger: records.flatMap(({ ledger }, batch) => ledger.map((row) => ({ ...row, batch }))),
      batches: records.flatMap(({ batches }) => batches),
      parked: records.flatMap(({ parked }, batch) => parked.map((row) => ({ ...row, batch }))),
    };
  };

  it('are counted each by itself, and roll up together', async () => {
    await record(sampleRecord(seeded, [sampleEvent('known')]));
    const before = await quantityOf('cpu_hours');
    const records = [
      sampleRecord(seeded, [sampleEvent('g1'), sampleEvent('known')]),
      sampleRecord(seeded, [sampleEvent('g2')], {
        parked: [sampleParked(seeded, sampleEvent('g parked'), undefined, 1)],
      }),
      sampleRecord(seeded, [], {}, { duplicatesWithin: 2 }),
    ];
    expect(await recordBatch(database.pool, join(records))).toEqual([
      { counted: 1, duplicates: 1, parked: 0 },
      { counted: 1, duplicates: 0, parked: 1 },
      { counted: 0, duplicates: 2, parked: 0 },
    ]);
    expect(Number(await quantityOf('cpu_hours')) - Number(before)).toBe(3);
    const ids = records.map(({ batches }) => batches[0]?.id);
    expect(
      await rowsOf(
        `select event_id, position, usage_batch_id as id from hopsmeter.usage_events where usage_batch_id = any ($1)
          order by event_id`,
        [ids],
      ),
    ).toEqual([
      { event_id: 'g1', position: 0, id: ids[0] },
      { event_id: 'g2', position: 0, id: ids[1] },
    ]);
    expect(
      await rowsOf('select usage_batch_id as id from hopsmeter.parked_events where event_id = $1', ['g parked']),
    ).toEqual([{ id: ids[1] }]);
    expect(
      await rowsOf(
        `select id, event_count as events, counted_count as counted, duplicate_count as duplicates,
          parked_count as parked
         from hopsmeter.usage_batches where id = any ($1) order by array_position($1, id)`,
        [ids],
      ),
    ).toEqual([
      { id: ids[0], events: 2, counted: 1, duplicates: 1, parked: 0 },
      { id: ids[1], events: 2, counted: 1, duplicates: 0, parked: 1 },
      { id: ids[2], events: 2, counted: 0, duplicates: 2, parked: 0 },
    ]);
  });

  it('change nothing when one of them was recorded before', async () => {
    const known = sampleRecord(seeded, [sampleEvent('h1')]);
    await record(known);
    const before = await countAll();
    expect(await recordBatch(database.pool, join([sampleRecord(seeded, [sampleEvent('h2')]), known]))).toBeUndefined();
    expect(await countAll()).toEqual(before);
  });

  it('are refused together', async () => {
    const before = await countAll();
    const wrong = sampleRecord(seeded, [sampleEvent('i2')], {}, { eventCount: 3 });
    const refused = recordBatch(database.pool, join([sampleRecord(seeded, [sampleEvent('i1')]), wrong]));
    await expect(refused).rejects.toMatchObject({ constraint: 'usage_batches_add_up' });
    expect(await countAll()).toEqual(before);
  });
});

describe('texts and numbers', () => {
  const TEXTS = [
    'plain',
    '',
    'NULL',
    'null',
    '{}',
    '{a,b}',
    'a,b',
    '"',
    'a"b"c',
    '\\',
    'a\\"b',
    "it's",
    ' spaces ',
    '$1',
    '\u00a0',
    'ünïcødé',
    '🦘🏽',
    '\ud83e\udd98',
    '中文',
    '\u202eabc',
    "'); drop table users; --",
  ];

  it('keeps every text as it is', async () => {
    const events = TEXTS.map((text) => sampleEvent(`id ${text}`));
    const batch = sampleRecord(seeded, events);
    const ledger = batch.ledger.map((row, place) => ({ ...row, sourcePath: TEXTS[place] ?? '' }));
    const parked = TEXTS.map((text) => ({
      ...sampleParked(seeded, sampleEvent(`parked ${text}`)),
      sourcePath: text,
      detail: text,
      event: JSON.stringify({ [text]: text }),
    }));
    const requests = JSON.stringify(TEXTS.map((requestId) => ({ requestId })));
    const eventCount = events.length + parked.length;
    const batches = batch.batches.map((entry) => ({ ...entry, requests, eventCount }));
    const batchId = batches[0]?.id;
    const counts = await record({ ...batch, ledger, parked, batches });
    expect(counts).toEqual({ counted: TEXTS.length, duplicates: 0, parked: TEXTS.length });
    expect(
      await rowsOf(
        'select event_id, source_path from hopsmeter.usage_events where usage_batch_id = $1 order by position',
        [batchId],
      ),
    ).toEqual(TEXTS.map((text) => ({ event_id: `id ${text}`, source_path: text })));
    const kept = await rowsOf(
      'select event_id, source_path, detail, event from hopsmeter.parked_events where usage_batch_id = $1',
      [batchId],
    );
    expect(kept).toHaveLength(TEXTS.length);
    expect(kept).toEqual(
      expect.arrayContaining(
        TEXTS.map((text) => ({
          event_id: `parked ${text}`,
          source_path: text,
          detail: text,
          event: { [text]: text },
        })),
      ),
    );
    expect(await rowsOf('select requests from hopsmeter.usage_batches where id = $1', [batchId])).toEqual([
      { requests: TEXTS.map((requestId) => ({ requestId })) },
    ]);
  });

  it('keeps content hashes, instants and quantities to the last digit', async () => {
    const content = -(2n ** 63n);
    const start = SAMPLE_START + 1;
    const quantity = '1000000000000000.00000000000000000000000000000001';
    const batch = sampleRecord(seeded, [
      sampleEvent('exact', { content, start, end: start + 1, days: [[{ meter: 'ram_gb_hours', quantity }]] }),
    ]);
    await record(batch);
    expect(
      await rowsOf(
        `select content_hash, quantities::text, extract(epoch from window_started_at)::text as start
        from hopsmeter.usage_events where event_id = 'exact'`,
      ),
    ).toEqual([
      {
        content_hash: String(content),
        quantities: '{1000000000000000.00000000000000000000000000000001}',
        start: '1795352400.000001',
      },
    ]);
    expect(await quantityOf('ram_gb_hours')).toBe('1000000000000000.00000000000000000000000000000001');
  });

  it('counts on a meter that is called null', async () => {
    await database.pool.query(
      `insert into hopsmeter.meters (meter, unit, description) values ('null', 'piece', 'for a test')`,
    );
    await database.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'null', '2020-01-01', 1 from hopsmeter.rate_cards where is_default`,
    );
    seeded = { ...seeded, directory: createDirectory(await loadDirectory(database.pool)) };
    const event = sampleEvent('meter', { days: [[{ meter: 'null', quantity: '0.000000000005' }]] });
    expect(await record(sampleRecord(seeded, [event]))).toMatchObject({ counted: 1 });
    expect(await quantityOf('null')).toMatch(/^0\.0{11}50*$/);
  });
});

describe('costs', () => {
  it('are quantity × price ÷ price quantity, rounded once to 12 decimals', async () => {
    const quantities = [1n, 719n, 720n, 1_234_567_890_123n, 10n ** 20n + 7n, 359_999_999_999_999n, 504n, 216n];
    // A day for each, so that each has a rollup row of its own.
    const events = quantities.map((quantity, i) =>
      sampleEvent(`cost ${i}`, {
        start: SAMPLE_START - (10 + i) * 24 * HOUR,
        end: SAMPLE_START - (10 + i) * 24 * HOUR + HOUR,
        days: [[{ meter: 'online_storage_gb_hours', quantity: formatQuantity(quantity) }]],
      }),
    );
    await record(sampleRecord(seeded, events));
    const rows = await rowsOf<{ quantity: string; cost: string }>(
      `select quantity::numeric(38, 12)::text, cost::text from hopsmeter.usage_daily
        where meter = 'online_storage_gb_hours'`,
    );
    const found = new Map(rows.map(({ quantity, cost }) => [units(quantity), units(cost)]));
    // 0.50 for 720 GB-hours: half of a unit goes away from zero.
    expect(found).toEqual(new Map(quantities.map((quantity) => [quantity, (quantity + 720n) / 1_440n])));
  });
});

function attributeTo(batch: BatchRecord, who: Partial<Attribution>): BatchRecord {
  return { ...batch, ledger: batch.ledger.map((row) => ({ ...row, ...who })) };
}

/** NUMERIC(38,12) as text, in units of its last digit. */
function units(text: string): bigint {
  return BigInt(text.replace('.', ''));
}
