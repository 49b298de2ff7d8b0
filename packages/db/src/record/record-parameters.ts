import { formatExactUnits, formatTime, type LedgerRow } from '@hopsmeter/usage';
import { plainArray, textArray } from '../connection/pg-array.ts';
import type { CodedRecord } from './code-record.ts';
import type { Dictionary } from './dictionary.ts';
import { columnsOf, numberColumns, type ParameterTable } from './parameter-table.ts';
import { priceColumns } from './price-columns.ts';
import type { SummedRecord } from './sum-up.ts';

const ofBatch = columnsOf(({ record }: CodedRecord) => record.batches);
const ofAttribution = columnsOf(({ attributions }: CodedRecord) => attributions.values);
const ofWindow = columnsOf(({ windows }: CodedRecord) => windows.values);
const ofKind = columnsOf(({ kinds }: CodedRecord) => kinds.values);
const ofRow = columnsOf(({ record }: CodedRecord) => record.ledger);
const ofParked = columnsOf(({ record }: CodedRecord) => record.parked);

/** Where each row finds something in a list, from 1. */
const placesIn = (list: (coded: CodedRecord) => Dictionary<LedgerRow>) =>
  columnsOf((coded: CodedRecord) => list(coded).places).plain('integer', (place) => place + 1);

/**
 * What the record statement is given. Small values that repeat (who, windows, kinds, prices) are lists of their own,
 * and rows point to them by their place from 1.
 */
export const RECORD_TABLE = {
  record: {
    directory_version: { type: 'bigint', write: ({ record }) => record.directoryVersion },
  },
  batches: {
    id: ofBatch.plain('uuid', ({ id }) => id),
    received_at: ofBatch.plain('timestamptz', ({ receivedAt }) => formatTime(receivedAt)),
    event_count: ofBatch.plain('integer', ({ eventCount }) => eventCount),
    requests: ofBatch.json(({ requests }) => requests),
    duplicates_within: ofBatch.plain('integer', ({ duplicatesWithin }) => duplicatesWithin),
  },
  attributions: {
    account_owner_id: ofAttribution.text(({ accountOwnerId }) => accountOwnerId),
    user_id: ofAttribution.text(({ userId }) => userId),
    hopsworks_cluster_id: ofAttribution.plain('uuid', ({ clusterId }) => clusterId),
    project_id: ofAttribution.plain('uuid', ({ projectId }) => projectId ?? null),
    booked_on: ofAttribution.day(({ bookedOn }) => bookedOn),
  },
  windows: {
    started_at: ofWindow.plain('timestamptz', ({ start }) => formatTime(start)),
    ended_at: ofWindow.plain('timestamptz', ({ end }) => formatTime(end)),
  },
  kinds: {
    source_path: ofKind.text(({ sourcePath }) => sourcePath),
    event_type: ofKind.text(({ eventType }) => eventType),
    attributed_by: ofKind.text(({ attributedBy }) => attributedBy),
    // Arrays of arrays must be rectangular in Postgres, so what is a list itself travels as text.
    meters: ofKind.text(({ usages }) => textArray(usages.map(({ meter }) => meter))),
  },
  /** What of a row may have any length. */
  texts: {
    event_id: ofRow.text(({ eventId }) => eventId),
    quantities: ofRow.text(({ usages }) => plainArray(usages.map(({ quantity }) => quantity))),
  },
  rows: {
    event_key: ofRow.plain('uuid', ({ eventKey }) => eventKey),
    part: ofRow.plain('smallint', ({ part }) => part),
    usage_date: ofRow.day(({ day }) => day),
    content_hash: ofRow.plain('bigint', ({ contentHash }) => contentHash),
    position: ofRow.plain('integer', ({ position }) => position),
    batch: ofRow.plain('integer', ({ batch }) => batch + 1),
    attribution: placesIn(({ attributions }) => attributions),
    time_window: placesIn(({ windows }) => windows),
    kind: placesIn(({ kinds }) => kinds),
  },
  parked: {
    event_key: ofParked.plain('uuid', ({ eventKey }) => eventKey),
    content_hash: ofParked.plain('bigint', ({ contentHash }) => contentHash),
    batch: ofParked.plain('integer', ({ batch }) => batch + 1),
    position: ofParked.plain('integer', ({ position }) => position),
    hopsworks_cluster_id: ofParked.plain('uuid', ({ clusterId }) => clusterId ?? null),
    source_path: ofParked.text(({ sourcePath }) => sourcePath),
    event_id: ofParked.text(({ eventId }) => eventId),
    reason: ofParked.text(({ reason }) => reason),
    detail: ofParked.text(({ detail }) => detail),
    event: ofParked.json(({ event }) => event),
  },
  prices: priceColumns(({ record }: CodedRecord) => record.prices),
} as const satisfies ParameterTable<CodedRecord>;

/** The parameters of the record statement by list and column, each with its number and type. */
export const RECORD_PARAMETERS = numberColumns(RECORD_TABLE);

const ofCounted = columnsOf(({ countedOf }: SummedRecord) => countedOf);
const ofSum = columnsOf(({ sums }: SummedRecord) => sums);

/** What the statement that expects new events is given: the same, and what it would else find out. */
export const RECORD_NEW_TABLE = {
  ...RECORD_TABLE,
  batches: { ...RECORD_TABLE.batches, counted: ofCounted.plain('integer', (counted) => counted) },
  sums: {
    usage_date: ofSum.day(({ day }) => day),
    attribution: ofSum.plain('integer', ({ attribution }) => attribution + 1),
    meter: ofSum.text(({ meter }) => meter),
    quantity: ofSum.plain('numeric', ({ quantity }) => formatExactUnits(quantity.total())),
    event_count: ofSum.plain('bigint', ({ eventCount }) => eventCount),
    first_event_at: ofSum.plain('timestamptz', ({ firstEventAt }) => formatTime(firstEventAt)),
    last_event_at: ofSum.plain('timestamptz', ({ lastEventAt }) => formatTime(lastEventAt)),
  },
} as const satisfies ParameterTable<SummedRecord>;

export const RECORD_NEW_PARAMETERS = numberColumns(RECORD_NEW_TABLE);
