import type { RecordedCounts } from '@hopsmeter/db';
import { SAMPLE_DIRECTORY, sampleBatch, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import type { Batch } from '@hopsmeter/usage';
import { expect, it, vi } from 'vitest';
import { createBatchCombiner, STATEMENT_EVENTS_MAX } from './batch-combiner.ts';

const DONE: RecordedCounts = { counted: 1, duplicates: 0, parked: 0 };
const EVENT = sampleEvent('many');

function batchOf(id: string, eventCount = 1): Batch {
  return { ...sampleBatch(Array.from({ length: eventCount }, () => EVENT)), id };
}

/** A recorder whose statements are answered by the test. */
function start({ statementsMax = 1, batchesMax = 1_000, gatherMs = 0, together = true } = {}) {
  const statements: { readonly ids: readonly string[]; answer(): void }[] = [];
  const run = (ids: readonly string[]): Promise<void> =>
    new Promise((answer) => statements.push({ ids, answer: () => answer() }));
  const combiner = createBatchCombiner({
    statementsMax,
    batchesMax,
    gatherMs,
    recorder: {
      async record(makeRecord) {
        await run(makeRecord(SAMPLE_DIRECTORY, new Map()).batches.map(({ id }) => id));
        return DONE;
      },
      async tryTogether(makeRecord) {
        const { batches } = makeRecord(SAMPLE_DIRECTORY);
        await run(batches.map(({ id }) => id));
        return together ? batches.map(({ eventCount }) => ({ ...DONE, counted: eventCount })) : undefined;
      },
    },
  });
  const never = new AbortController().signal;
  return {
    statements,
    record: (batch: Batch, signal = never) => combiner.record(batch, signal),
    waitForStatements: (count: number) =>
      vi.waitFor(() => expect(statements).toHaveLength(count), { interval: 1, timeout: 30_000 }),
  };
}

it('records together what waits while a statement runs, and gives each batch its own counts', async () => {
  const { statements, record, waitForStatements } = start();
  const first = record(batchOf('a'));
  const others = [record(batchOf('b', 2)), record(batchOf('c', 3))];
  await waitForStatements(1);
  expect(statements[0]?.ids).toEqual(['a']);
  statements[0]?.answer();
  expect(await first).toEqual(DONE);
  await waitForStatements(2);
  expect(statements[1]?.ids).toEqual(['b', 'c']);
  statements[1]?.answer();
  expect(await Promise.all(others)).toMatchObject([{ counted: 2 }, { counted: 3 }]);
});

it('waits a moment for others, but not once a statement is full', async () => {
  const { statements, record, waitForStatements } = start({ gatherMs: 60_000 });
  void record(batchOf('a'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(statements).toEqual([]);
  void record(batchOf('b', STATEMENT_EVENTS_MAX - 1));
  await waitForStatements(1);
  expect(statements[0]?.ids).toEqual(['a', 'b']);
});

it('waits for nobody when all the batches that may be in hand are', async () => {
  const { statements, record, waitForStatements } = start({ statementsMax: 2, batchesMax: 3, gatherMs: 60_000 });
  void record(batchOf('a', STATEMENT_EVENTS_MAX));
  await waitForStatements(1);
  void record(batchOf('b'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(statements).toHaveLength(1);
  const last = record(batchOf('c'));
  await waitForStatements(2);
  expect(statements[1]?.ids).toEqual(['b', 'c']);
  for (const { answer } of statements) answer();
  await last;
  await new Promise((resolve) => setImmediate(resolve));
  void record(batchOf('d'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(statements).toHaveLength(2);
});

it('records what is alone when the moment is over', async () => {
  const { statements, record, waitForStatements } = start({ gatherMs: 20 });
  const done = record(batchOf('a'));
  await waitForStatements(1);
  statements[0]?.answer();
  expect(await done).toEqual(DONE);
});

it('holds no more events in a statement than it may, except of a single batch', async () => {
  const { statements, record, waitForStatements } = start();
  void record(batchOf('a'));
  void record(batchOf('b', STATEMENT_EVENTS_MAX));
  void record(batchOf('c'));
  for (const [place, id] of ['a', 'b', 'c'].entries()) {
    await waitForStatements(place + 1);
    expect(statements[place]?.ids).toEqual([id]);
    statements[place]?.answer();
  }
});

it('has no more statements at once than allowed', async () => {
  const { statements, record, waitForStatements } = start({ statementsMax: 2 });
  for (const id of ['a', 'b', 'c']) void record(batchOf(id));
  await waitForStatements(2);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(statements.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
});

it('leaves each batch to itself when they cannot be recorded together', async () => {
  const { statements, record, waitForStatements } = start({ together: false });
  const done = ['a', 'b', 'c'].map((id) => record(batchOf(id)));
  for (const [place, ids] of [['a'], ['b', 'c'], ['b'], ['c']].entries()) {
    await waitForStatements(place + 1);
    expect(statements[place]?.ids).toEqual(ids);
    statements[place]?.answer();
  }
  expect(await Promise.all(done)).toEqual([DONE, DONE, DONE]);
});

it('tries nothing together with a batch that is given up', async () => {
  const { statements, record, waitForStatements } = start();
  void record(batchOf('a'));
  void record(batchOf('b'));
  void record(batchOf('c'), AbortSignal.abort());
  statements[0]?.answer();
  await waitForStatements(2);
  expect(statements[1]?.ids).toEqual(['b']);
});
