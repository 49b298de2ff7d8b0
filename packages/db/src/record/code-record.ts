import type { BatchRecord } from './batch-record.ts';
import { createKinds, type Kind } from './kinds.ts';

/** A record with the lists that its rows point to. */
export type CodedRecord = {
  readonly record: BatchRecord;
  readonly kinds: readonly Kind[];
  /** The kind of each ledger row, by its place. */
  readonly kindPlaces: readonly number[];
};

export function codeRecord(record: BatchRecord): CodedRecord {
  const kinds = createKinds();
  const kindPlaces = record.ledger.map(kinds.placeOf);
  return { record, kinds: kinds.values, kindPlaces };
}
