import type { BatchRecord } from '@hopsmeter/usage';
import type { ClientBase } from 'pg';
import type { Pool } from '../connection/pool.ts';
import { codeRecord } from './code-record.ts';
import { writeColumns } from './parameter-table.ts';
import { RECORD_BATCH } from './record-batch-statement.ts';
import { RECORD_NEW } from './record-new-statement.ts';
import { RECORD_NEW_TABLE, RECORD_TABLE } from './record-parameters.ts';
import { sumUp } from './sum-up.ts';

/** What became of the events of a batch. */
export type RecordedCounts = { readonly counted: number; readonly duplicates: number; readonly parked: number };

/**
 * Records the batches of a record with {@link RECORD_BATCH}, all or none.
 *
 * @returns the counts of each batch in order, or `undefined` when one of them was recorded before: then nothing
 * changed.
 * @throws what the statement raises; `kindOfFailure` sorts it.
 */
export async function recordBatch(
  connection: Pool | ClientBase,
  record: BatchRecord,
): Promise<readonly RecordedCounts[] | undefined> {
  const { text, values } = recordStatementOf(record);
  const result = await connection.query<RecordedCounts>(text, values);
  return result.rows.length === 0 ? undefined : result.rows;
}

/**
 * Records batches as {@link recordBatch} does, if all of their events are new: with {@link RECORD_NEW}.
 *
 * @throws what the statement raises, 23505 where something is not new; nothing was changed then.
 */
export async function recordNewBatch(
  connection: Pool | ClientBase,
  record: BatchRecord,
): Promise<readonly RecordedCounts[] | undefined> {
  const values = writeColumns(RECORD_NEW_TABLE, sumUp(codeRecord(record)));
  const result = await connection.query<RecordedCounts>(RECORD_NEW, values);
  return result.rows.length === 0 ? undefined : result.rows;
}

/**
 * Whether Postgres would take a batch: runs the statement and takes it back. For finding the event that makes a batch
 * fail.
 *
 * @throws what the statement raises.
 */
export async function tryRecordBatch(pool: Pool, record: BatchRecord): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    try {
      await recordBatch(client, record);
    } finally {
      await client.query('rollback');
    }
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection that saw an error is closed: whether it is still in a transaction is not worth finding out.
    client.release(broken);
  }
}

/** The statement that records a record, and its parameters as they travel: what {@link recordBatch} sends. */
export function recordStatementOf(record: BatchRecord): { readonly text: string; readonly values: string[] } {
  return { text: RECORD_BATCH, values: writeColumns(RECORD_TABLE, codeRecord(record)) };
}
