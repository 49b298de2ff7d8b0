import type { AttributedBy } from '../directory.ts';
import type { EventType, Usage } from '../event.ts';
import type { EffectivePrice } from '../pricing/pricing.ts';
import type { Micros, UsageDay } from '../time.ts';

/** Who used it and who pays. */
export type Owner = {
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string | undefined;
};

/**
 * One event's usage on one day, as the ledger takes it: a field for each of its columns, whichever way the event came.
 * How rows travel to the database, and what of them only once, is the database's business.
 */
export type BookedRow = Owner & {
  /** The identity of the event, and what it says in short. */
  readonly eventKey: string;
  readonly contentHash: bigint;
  /** Place among the rows of its event, from 0. */
  readonly part: number;
  readonly day: UsageDay;
  /** Where that is not the usage day. */
  readonly bookedOn: UsageDay | undefined;
  readonly eventType: EventType;
  readonly attributedBy: AttributedBy;
  /** The window of the whole event; both are the same instant for an event without one. */
  readonly start: Micros;
  readonly end: Micros;
  readonly usages: readonly Usage[];
};

/** A row of an event that comes with its batch. */
export type LedgerRow = BookedRow & {
  /** Place of its batch among those that are recorded together, from 0. */
  readonly batch: number;
  /** Place of the event in its batch, from 0. */
  readonly position: number;
  readonly clusterId: string;
  readonly sourcePath: string;
  readonly eventId: string;
};

/**
 * The price of its meter in force on a day, for one account or (undefined) for all that have no prices of their own.
 */
export type PriceEntry = {
  readonly day: UsageDay;
  readonly accountOwnerId: string | undefined;
  readonly price: EffectivePrice;
};
