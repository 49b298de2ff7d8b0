import type { Attribution, EffectivePrice, Micros, ParkReason, UsageDay } from '@hopsmeter/usage';
import type { Kind } from './kinds.ts';

/** A usage window; both ends are the same instant for an event without one. */
export type WindowEntry = { readonly start: Micros; readonly end: Micros };

/** Who used it and who pays; `bookedOn` where that is not the usage day. */
export type AttributionEntry = Attribution & { readonly bookedOn: UsageDay | undefined };

/**
 * The price of its meter in force on a day, for one account or (undefined) for all that have no prices of their own.
 */
export type PriceEntry = {
  readonly day: UsageDay;
  readonly accountOwnerId: string | undefined;
  readonly price: EffectivePrice;
};

/** One event's usage on one day. `batch`, `attribution` and `window` are places in the record's lists, from 0. */
export type LedgerRow = Kind & {
  readonly batch: number;
  readonly eventKey: string;
  readonly part: number;
  readonly day: UsageDay;
  readonly contentHash: bigint;
  readonly position: number;
  readonly attribution: number;
  readonly window: number;
  readonly eventId: string;
};

/** An event that cannot be counted now. `batch` is its place in the record's list, from 0; `event` is JSON text. */
export type ParkedRow = {
  readonly batch: number;
  readonly eventKey: string;
  readonly contentHash: bigint;
  readonly position: number;
  readonly clusterId: string | undefined;
  readonly sourcePath: string;
  readonly eventId: string;
  readonly reason: ParkReason;
  readonly detail: string;
  readonly event: string;
};

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
  /** Who used it and who pays, once for all events that share it. */
  readonly attributions: readonly AttributionEntry[];
  readonly windows: readonly WindowEntry[];
  readonly ledger: readonly LedgerRow[];
  readonly parked: readonly ParkedRow[];
  readonly prices: readonly PriceEntry[];
};
