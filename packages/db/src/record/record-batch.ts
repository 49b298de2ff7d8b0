import {
  type Attribution,
  type EffectivePrice,
  formatTime,
  formatUsageDay,
  type Micros,
  type ParkReason,
  type UsageDay,
} from '@hopsmeter/usage';
import type { ClientBase } from 'pg';
import { plainArray, textArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';
import { createKinds, type Kind } from './kinds.ts';
import { RECORD_BATCH } from './record-batch-statement.ts';

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
export function recordStatementOf(record: BatchRecord): {
  readonly text: string;
  readonly values: (string | number)[];
} {
  return { text: RECORD_BATCH, values: parametersOf(record) };
}

function parametersOf(record: BatchRecord): (string | number)[] {
  const { batches, attributions, windows, ledger, parked, prices } = record;
  const kinds = createKinds();
  const days = new Map<UsageDay, string>();
  const dayText = (day: UsageDay): string => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const text = formatUsageDay(day);
    days.set(day, text);
    return text;
  };
  return [
    plainArray(batches.map(({ id }) => id)),
    record.directoryVersion,
    plainArray(batches.map(({ receivedAt }) => formatTime(receivedAt))),
    plainArray(batches.map(({ eventCount }) => eventCount)),
    textArray(batches.map(({ requests }) => requests)),
    textArray(attributions.map(({ accountOwnerId }) => accountOwnerId)),
    textArray(attributions.map(({ userId }) => userId)),
    plainArray(attributions.map(({ clusterId }) => clusterId)),
    plainArray(attributions.map(({ projectId }) => projectId ?? null)),
    plainArray(batches.map(({ duplicatesWithin }) => duplicatesWithin)),
    plainArray(ledger.map(({ eventKey }) => eventKey)),
    plainArray(ledger.map(({ part }) => part)),
    plainArray(ledger.map(({ day }) => dayText(day))),
    plainArray(ledger.map(({ contentHash }) => contentHash)),
    plainArray(ledger.map(({ position }) => position)),
    plainArray(ledger.map(({ attribution }) => attribution + 1)),
    plainArray(ledger.map(({ window }) => window + 1)),
    plainArray(ledger.map((row) => kinds.placeOf(row) + 1)),
    plainArray(ledger.map(({ batch }) => batch + 1)),
    textArray(ledger.map(({ eventId }) => eventId)),
    // Arrays of arrays must be rectangular in Postgres, so a row's quantities travel as text.
    quantityArrays(ledger),
    textArray(kinds.values.map(({ sourcePath }) => sourcePath)),
    textArray(kinds.values.map(({ eventType }) => eventType)),
    plainArray(windows.map(({ start }) => formatTime(start))),
    plainArray(windows.map(({ end }) => formatTime(end))),
    plainArray(parked.map(({ eventKey }) => eventKey)),
    plainArray(parked.map(({ contentHash }) => contentHash)),
    plainArray(parked.map(({ position }) => position)),
    plainArray(parked.map(({ clusterId }) => clusterId ?? null)),
    textArray(parked.map(({ sourcePath }) => sourcePath)),
    textArray(parked.map(({ eventId }) => eventId)),
    plainArray(parked.map(({ reason }) => reason)),
    textArray(parked.map(({ detail }) => detail)),
    textArray(parked.map(({ event }) => event)),
    plainArray(prices.map(({ day }) => dayText(day))),
    // Quoted: a meter may be called `null`.
    textArray(prices.map(({ price }) => price.meter)),
    plainArray(prices.map(({ price }) => price.rateId ?? null)),
    plainArray(prices.map(({ price }) => price.priceText)),
    plainArray(prices.map(({ price }) => price.priceQuantityText)),
    textArray(kinds.values.map(({ attributedBy }) => attributedBy)),
    plainArray(attributions.map(({ bookedOn }) => (bookedOn === undefined ? null : dayText(bookedOn)))),
    textArray(prices.map(({ accountOwnerId }) => accountOwnerId ?? '')),
    plainArray(prices.map(({ price }) => price.overrideId ?? null)),
    textArray(kinds.values.map(({ usages }) => textArray(usages.map(({ meter }) => meter)))),
    plainArray(parked.map(({ batch }) => batch + 1)),
  ];
}

/** Each row's quantities: a list of lists. */
function quantityArrays(ledger: readonly LedgerRow[]): string {
  return textArray(ledger.map(({ usages }) => plainArray(usages.map(({ quantity }) => quantity))));
}
