import type { Micros } from '../time.ts';
import type { LedgerRow, PriceEntry } from './booked-row.ts';
import type { ParkedRow } from './parked-row.ts';

/** What a record says of one of its batches. */
export type BatchEntry = {
  readonly id: string;
  readonly receivedAt: Micros;
  readonly eventCount: number;
  /** JSON text of the batch's requests. */
  readonly requests: string;
  /** Equal copies within the record, beyond the first. */
  readonly duplicatesWithin: number;
};

/** Batches, attributed and priced, ready to be recorded together. */
export type BatchRecord = {
  readonly directoryVersion: string;
  readonly batches: readonly BatchEntry[];
  readonly ledger: readonly LedgerRow[];
  readonly parked: readonly ParkedRow[];
  /** Of every meter and day of the ledger's rows. */
  readonly prices: readonly PriceEntry[];
};
