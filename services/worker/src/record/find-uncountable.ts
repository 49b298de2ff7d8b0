import { randomUUID } from 'node:crypto';
import { kindOfFailure } from '@hopsmeter/db';
import type { BatchRecord, Unattributed } from '@hopsmeter/usage';

/**
 * Finds the events because of which Postgres refuses a record of one batch, by trying halves without keeping them:
 * about 2 × log₂(events) tries for each bad event.
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
  const search = async (positions: readonly number[]): Promise<void> => {
    const refusal = await findRefusal(pick(record, new Set(positions)), tryRecord);
    const [first] = positions;
    if (refusal === undefined || first === undefined) return;
    if (positions.length === 1) {
      found.set(first, { reason: 'uncountable', detail: refusal });
      return;
    }
    const middle = Math.ceil(positions.length / 2);
    await search(positions.slice(0, middle));
    await search(positions.slice(middle));
  };
  await search(positionsOf(record));
  return found;
}

async function findRefusal(
  part: BatchRecord,
  tryRecord: (part: BatchRecord) => Promise<void>,
): Promise<string | undefined> {
  try {
    await tryRecord(part);
    return undefined;
  } catch (error) {
    const kind = kindOfFailure(error);
    if (kind === 'data') return error instanceof Error ? error.message : String(error);
    // A conflict is no fault of the data: the caller's next attempt finds it and parks it as one.
    if (kind === 'conflicts') return undefined;
    throw error;
  }
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
