import { randomUUID } from 'node:crypto';
import { SAMPLE_START, sampleEvent, sampleParked, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import type { BatchRecord, LedgerRow } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CodedRecord, codeRecord } from './code-record.ts';
import type { Dictionary } from './dictionary.ts';
import { writeColumns } from './parameter-table.ts';
import { recordBatch } from './record-batch.ts';
import { RECORD_BATCH } from './record-batch-statement.ts';
import { RECORD_NEW } from './record-new-statement.ts';
import { RECORD_NEW_TABLE, RECORD_TABLE } from './record-parameters.ts';
import { sumUp } from './sum-up.ts';

const DAY = 86_400_000_000;
const EVENTS = 5_000;

/**
 * Rows that one node of the plan may touch, over all its loops: every event has two ledger rows and two meters, so a
 * linear plan stays at four an event and a bit. A nested loop over the batch would touch 25 million.
 */
const ROWS_MAX = 10 * EVENTS;

let database: TestDatabase;
let seeded: SeededDirectory;
let batch: BatchRecord;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  const events = Array.from({ length: EVENTS }, (_, i) => {
    const usages = ['cpu_hours', 'ram_gb_hours'].map((meter) => ({ meter, quantity: String(i + 1) }));
    return sampleEvent(`event ${i}`, { start: SAMPLE_START + i, end: SAMPLE_START + DAY, days: [usages, usages] });
  });
  const parked = Array.from({ length: 500 }, (_, i) => sampleParked(seeded, sampleEvent(`parked ${i}`)));
  batch = sampleRecord(seeded, events, { parked });
});
afterAll(() => database?.close());

it('stays linear for a batch of new events', async () => {
  expect(await countMostRows(shareAmong(EVENTS, EVENTS))).toBeLessThan(ROWS_MAX);
});

it('stays linear when all events share who and when', async () => {
  expect(await countMostRows(shareAmong(1, 1))).toBeLessThan(ROWS_MAX);
});

it('stays linear when some do', async () => {
  expect(await countMostRows(shareAmong(1_000, EVENTS))).toBeLessThan(ROWS_MAX);
});

it('stays linear for a batch of duplicates', async () => {
  await recordBatch(database.pool, batch);
  expect(await countMostRows(asNewBatch(shareAmong(EVENTS, EVENTS)))).toBeLessThan(ROWS_MAX);
});

it('stays linear with statistics of a filled ledger', async () => {
  await database.pool.query('analyze');
  expect(await countMostRows(asNewBatch(shareAmong(EVENTS, EVENTS)))).toBeLessThan(ROWS_MAX);
});

it('stays linear for a batch that is expected to be new', async () => {
  await database.pool.query('delete from hopsmeter.usage_events');
  for (const [attributions, windows] of [
    [EVENTS, EVENTS],
    [1, 1],
    [1_000, EVENTS],
  ] as const) {
    const coded = asNewBatch(shareAmong(attributions, windows));
    expect(await countMostRows(coded, [RECORD_NEW, writeColumns(RECORD_NEW_TABLE, sumUp(coded))])).toBeLessThan(
      ROWS_MAX,
    );
  }
});

/** The batch as if its events had so many attributions and windows, though they say the same. */
function shareAmong(attributionCount: number, windowCount: number): CodedRecord {
  const firstParts = batch.ledger.filter(({ part }) => part === 0);
  const dictionary = (count: number): Dictionary<LedgerRow> => ({
    values: firstParts.slice(0, count),
    places: batch.ledger.map(({ position }) => position % count),
  });
  return { ...codeRecord(batch), attributions: dictionary(attributionCount), windows: dictionary(windowCount) };
}

function asNewBatch({ record, ...coded }: CodedRecord): CodedRecord {
  return { ...coded, record: { ...record, batches: record.batches.map((entry) => ({ ...entry, id: randomUUID() })) } };
}

type PlanNode = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};

/** Runs the statement under EXPLAIN ANALYZE, takes it back and counts the rows of its busiest node. */
async function countMostRows(
  coded: CodedRecord,
  [text, values] = [RECORD_BATCH, writeColumns(RECORD_TABLE, coded)] as const,
): Promise<number> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    // The same text and the same parameters as in production, so that the same plan is made.
    const explain = `explain (analyze, timing off, format json) ${text}`;
    const { rows } = await client.query(explain, values);
    return mostRowsOf(rows[0]['QUERY PLAN'][0].Plan);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

function mostRowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  const own = node['Actual Loops'] * (node['Actual Rows'] + removed);
  return Math.max(own, ...(node.Plans ?? []).map(mostRowsOf));
}
