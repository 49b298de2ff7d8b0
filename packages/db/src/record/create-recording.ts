import type { BatchRecord } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { type RecordedCounts, recordBatch, recordNewBatch } from './record-batch.ts';

/**
 * Statements without a copy after which the next ones are expected to be without one too. A copy that was not expected
 * costs about half of a statement and its dead rows; not to expect new events when all are costs a third of each.
 */
const EXACT_STATEMENTS = 16;

/** Records batches, see {@link recordBatch}. */
export type RecordBatches = (record: BatchRecord) => Promise<readonly RecordedCounts[] | undefined>;

/**
 * Records batches in the cheaper of two ways with the same outcome: with the statement that expects new events, while
 * they are, and with the exact one where a copy came, and then for a while.
 */
export function createRecording(pool: Pool): RecordBatches {
  let exactLeft = 0;
  return async (record) => {
    if (exactLeft === 0)
      try {
        return await recordNewBatch(pool, record);
      } catch (error) {
        if (!isNotNew(error)) throw error;
        exactLeft = EXACT_STATEMENTS;
      }
    const counts = await recordBatch(pool, record);
    exactLeft = hasCopies(record, counts) ? EXACT_STATEMENTS : Math.max(exactLeft - 1, 0);
    return counts;
  };
}

/** A key of the ledger or of the batches is taken. */
function isNotNew(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

/** Whether the database knew some of the events; copies within the record are none of them. */
function hasCopies({ batches }: BatchRecord, counts: readonly RecordedCounts[] | undefined): boolean {
  return counts?.some(({ duplicates }, place) => duplicates > (batches[place]?.duplicatesWithin ?? 0)) ?? false;
}
