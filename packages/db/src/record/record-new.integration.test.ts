import { randomUUID } from 'node:crypto';
import { sampleEvent, sampleParked, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import type { BatchRecord, LedgerRow } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { kindOfFailure } from '../connection/errors.ts';
import { recordBatch, recordNewBatch } from './record-batch.ts';

let database: TestDatabase;
let seeded: SeededDirectory;
beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterEach(async () => expect(await findRollupDifferences(database.pool)).toEqual([]));
afterAll(() => database?.close());

async function countAll(): Promise<unknown> {
  const { rows } = await database.pool.query(`
    select
      (select count(*) from hopsmeter.usage_events) as ledger, (select count(*) from hopsmeter.parked_events) as parked,
      (select count(*) from hopsmeter.usage_batches) as batches,
      (select coalesce(sum(quantity), 0) from hopsmeter.usage_daily) as quantity`);
  return rows;
}

const changeRows = (batch: BatchRecord, changes: Partial<LedgerRow>): BatchRecord => ({
  ...batch,
  ledger: batch.ledger.map((row) => ({ ...row, ...changes })),
});

it('counts new events and parks others, each batch by itself', async () => {
  const parked = [sampleParked(seeded, sampleEvent('waits'), undefined, 1)];
  const batch = sampleRecord(seeded, [sampleEvent('new')], { parked }, { duplicatesWithin: 1 });
  expect(await recordNewBatch(database.pool, batch)).toEqual([{ counted: 1, duplicates: 1, parked: 1 }]);
});

it('changes nothing for a batch that was recorded', async () => {
  const batch = sampleRecord(seeded, [sampleEvent('again')]);
  await recordNewBatch(database.pool, batch);
  const before = await countAll();
  expect(await recordNewBatch(database.pool, batch)).toBeUndefined();
  expect(await recordNewBatch(database.pool, { ...batch, directoryVersion: '1' })).toBeUndefined();
  expect(await countAll()).toEqual(before);
});

it('refuses all where one event is in the ledger, whatever it says', async () => {
  await recordBatch(database.pool, sampleRecord(seeded, [sampleEvent('known')]));
  const before = await countAll();
  for (const content of [1n, 2n]) {
    const batch = sampleRecord(seeded, [sampleEvent(randomUUID()), sampleEvent('known', { content })]);
    await expect(recordNewBatch(database.pool, batch)).rejects.toMatchObject({ code: '23505' });
  }
  expect(await countAll()).toEqual(before);
});

it('parks nothing that the ledger holds', async () => {
  const event = sampleEvent('counted before');
  await recordBatch(database.pool, sampleRecord(seeded, [event]));
  const parked = [sampleParked(seeded, event), sampleParked(seeded, { ...event, content: 2n }, undefined, 1)];
  expect(await recordNewBatch(database.pool, sampleRecord(seeded, [], { parked }))).toEqual([
    { counted: 0, duplicates: 1, parked: 1 },
  ]);
});

it.each<[string, (batch: BatchRecord) => BatchRecord]>([
  ['a meter without a rate', (batch) => ({ ...batch, prices: [] })],
  ['an account owner who does not exist', (batch) => changeRows(batch, { accountOwnerId: 'nobody' })],
  ['a user who does not exist', (batch) => changeRows(batch, { userId: 'nobody' })],
  ['a cluster that does not exist', (batch) => changeRows(batch, { clusterId: randomUUID() })],
  ['a project that does not exist', (batch) => changeRows(batch, { projectId: randomUUID() })],
  ['a row of no batch', (batch) => changeRows(batch, { batch: 7 })],
  [
    'events that do not add up',
    (batch) => ({ ...batch, batches: batch.batches.map((entry) => ({ ...entry, eventCount: 2 })) }),
  ],
  ['less than nothing', (batch) => changeRows(batch, { usages: [{ meter: 'cpu_hours', quantity: '-1' }] })],
  [
    'more than a number holds',
    (batch) => changeRows(batch, { usages: [{ meter: 'cpu_hours', quantity: `1${'0'.repeat(26)}` }] }),
  ],
])('refuses %s instead of losing it', async (_name, change) => {
  const before = await countAll();
  const batch = change(sampleRecord(seeded, [sampleEvent('refused')]));
  const error = await recordNewBatch(database.pool, batch).catch((reason: unknown) => reason);
  expect(kindOfFailure(error)).toBe('data');
  expect(await countAll()).toEqual(before);
});

it('refuses an old directory', async () => {
  const before = await countAll();
  const batch = sampleRecord(seeded, [sampleEvent('too old')], { directoryVersion: '1' });
  await expect(recordNewBatch(database.pool, batch)).rejects.toMatchObject({ code: 'HM001' });
  expect(await countAll()).toEqual(before);
});
