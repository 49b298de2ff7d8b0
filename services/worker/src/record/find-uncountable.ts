import { randomUUID } from 'node:crypto';
import { kindOfFailure } from '@hopsmeter/db';
import type { BatchRecord, Unattributed } from '@hopsmeter/usage';
import { describeRefusal } from '../attempts/describe-refusal.ts';
import { workByHalves } from '../attempts/work-by-halves.ts';

/**
 * Finds the events because of which Postgres refuses a record of one batch, by trying halves without keeping them.
 *
 * @param tryRecord runs the record statement and takes it back.
 * @returns the bad events by position; empty when every event alone is fine.
 * @throws what `tryRecord` throws for other reasons than the data.
 */
export async function findUncountable(
  record: BatchRecord,
  tryRecord: (part: BatchRecord) => Promise<void>,
): Promise<Map<number, Unattributed>> {
  const found = new Map<number, Unattributed>();
  const work = async (positions: readonly number[]): Promise<number> => {
    await tryRecord(pick(record, new Set(positions))).catch((error) => {
      // A conflict is no fault of the data: the caller's next attempt finds it and parks it as one.
      if (kindOfFailure(error) !== 'conflicts') throw error;
    });
    return positions.length;
  };
  const onAlone = async (position: number, error: unknown): Promise<number> => {
    found.set(position, describeRefusal(error));
    return 1;
  };
  const isFinal = (error: unknown): boolean => kindOfFailure(error) !== 'data';
  const positions = positionsOf(record);
  if (positions.length > 0) await workByHalves(positions, { work, onAlone, isFinal });
  return found;
}

function positionsOf(record: BatchRecord): number[] {
  const positions = new Set<number>();
  for (const { position } of record.ledger) positions.add(position);
  for (const { position } of record.parked) positions.add(position);
  return [...positions];
}

function pick(record: BatchRecord, positions: ReadonlySet<number>): BatchRecord {
  return {
    ...record,
    // Another batch, because recording one that is known does nothing.
    batches: record.batches.map((batch) => ({
      ...batch,
      id: randomUUID(),
      eventCount: positions.size,
      duplicatesWithin: 0,
    })),
    ledger: record.ledger.filter(({ position }) => positions.has(position)),
    parked: record.parked.filter(({ position }) => positions.has(position)),
  };
}
