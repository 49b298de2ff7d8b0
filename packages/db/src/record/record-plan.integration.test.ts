import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAMPLE_START, sampleEvent, sampleParked, sampleRecord } from '../testing/sample-record.ts';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '../testing/test-database.ts';
import type { BatchRecord } from './batch-record.ts';
import { recordBatch } from './record-batch.ts';

const DAY = 86_400_000_000;
const EVENTS = 5_000;

/**
 * Rows that one node of the plan may touch, over all its loops: every event has two ledger rows and two meters, so a
 * linear plan stays at four an event and a bit. A nested loop over the batch would touch 25 million.
 */
const ROWS_MAX = 10 * EVENTS;

let database: TestDatabase;
let seeded: SeededDirectory;
/** Every event has an attribution and a window of its own. */
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
  expect(await countMostRows(batch)).toBeLessThan(ROWS_MAX);
});

it('stays linear when all events share who and when', async () => {
  const ledger = batch.ledger.map((row) => ({ ...row, attribution: 0, window: 0 }));
  const [attributions, windows] = [batch.attributions.slice(0, 1), batch.windows.slice(0, 1)];
  expect(await countMostRows({ ...batch, attributions, windows, ledger })).toBeLessThan(ROWS_MAX);
});

it('stays linear when some do', async () => {
  const ledger = batch.ledger.map((row) => ({ ...row, attribution: row.attribution % 1_000 }));
  const attributions = batch.attributions.slice(0, 1_000);
  expect(await countMostRows({ ...batch, attributions, ledger })).toBeLessThan(ROWS_MAX);
});

it('stays linear for a batch of duplicates', async () => {
  await recordBatch(database.pool, batch);
  expect(await countMostRows(asNewBatch(batch))).toBeLessThan(ROWS_MAX);
});

it('stays linear with statistics of a filled ledger', async () => {
  await database.pool.query('analyze');
  expect(await countMostRows(asNewBatch(batch))).toBeLessThan(ROWS_MAX);
});

function asNewBatch(record: BatchRecord): BatchRecord {
  return { ...record, batches: record.batches.map((entry) => ({ ...entry, id: randomUUID() })) };
}

type PlanNode = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};

/** Runs the statement under EXPLAIN ANALYZE, takes it back and counts the rows of its busiest node. */
async function countMostRows(record: BatchRecord): Promise<number> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    const plans: PlanNode[] = [];
    // The same text and the same parameters as in production, so that the same plan is made.
    const explaining = {
      query: async (text: string, parameters: unknown[]) => {
        const { rows } = await client.query(`explain (analyze, timing off, format json) ${text}`, parameters);
        plans.push(rows[0]['QUERY PLAN'][0].Plan);
        return { rows: [] };
      },
    } as unknown as Pool;
    await recordBatch(explaining, record);
    return Math.max(...plans.map(mostRowsOf));
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
