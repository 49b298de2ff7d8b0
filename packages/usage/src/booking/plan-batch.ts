import type { Directory, Unattributed } from '../directory.ts';
import { type DeferredEvent, isDeferred, type ReportedEvent } from '../event.ts';
import { contentHashOf, eventKeyOf, isCopyAtAnotherTime } from '../identity.ts';
import { formatTime, type Micros } from '../time.ts';
import type { Batch, BatchRequest } from './batch.ts';
import type { BatchRecord } from './batch-record.ts';
import { bookEvent, findImplausibleEvent } from './book-event.ts';
import type { LedgerRow } from './booked-row.ts';
import { type EventArrival, type ParkedRow, toParkedRow } from './parked-row.ts';
import { createPriceList, type PriceList } from './price-list.ts';
import { toStorableText } from './storable-text.ts';

/** A counted event without a window: when it was used, and what it said in short. */
export type CountedInstant = { readonly at: Micros; readonly contentHash: bigint };

/**
 * Events that an earlier attempt found impossible to count, by their position in the batch, and why; with what is
 * counted under that identity where it has no window, because the event may be a copy of it, see {@link
 * isCopyAtAnotherTime}.
 */
export type SetAside = ReadonlyMap<number, Unattributed & { readonly counted?: CountedInstant | undefined }>;

/** Attributes and prices every event of a batch, see {@link planBatches}. */
export function planBatch(batch: Batch, directory: Directory, setAside?: SetAside): BatchRecord {
  return planBatches([batch], directory, setAside);
}

/**
 * Attributes and prices every event of some batches: what the database has to do is then one statement. Pure: equal
 * input, equal record.
 *
 * @param setAside of a single batch: positions mean nothing across batches.
 * @throws RangeError when the requests of a batch do not count its events.
 */
export function planBatches(
  batches: readonly Batch[],
  directory: Directory,
  setAside: SetAside = new Map(),
): BatchRecord {
  const planning: Planning = {
    directory,
    ledger: [],
    parked: [],
    prices: createPriceList(directory),
    contents: new Map(),
    instants: new Map(),
    setAside,
  };
  const entries = batches.map((batch, place) => ({
    id: batch.id,
    receivedAt: batch.requests.reduce((first, { receivedAt }) => Math.min(first, receivedAt), Number.POSITIVE_INFINITY),
    eventCount: batch.events.length,
    requests: JSON.stringify(batch.requests.map(describeRequest)),
    duplicatesWithin: addBatch(planning, batch, place),
  }));
  const { ledger, parked, prices } = planning;
  return { directoryVersion: directory.version, batches: entries, ledger, parked, prices: prices.values };
}

/** What is put together batch by batch. */
type Planning = {
  readonly directory: Directory;
  readonly ledger: LedgerRow[];
  readonly parked: ParkedRow[];
  readonly prices: PriceList;
  /** Content hashes by event key, of all events so far. */
  readonly contents: Map<string, bigint>;
  /** When those of them without a window were used. */
  readonly instants: Map<string, Micros>;
  readonly setAside: SetAside;
};

/** @returns how many events are equal copies of earlier ones. */
function addBatch(planning: Planning, batch: Batch, place: number): number {
  const { parked, contents, instants, setAside } = planning;
  let duplicatesWithin = 0;
  let position = 0;
  for (const request of batch.requests) {
    const end = position + request.eventCount;
    for (; position < end; position++) {
      const reported = batch.events[position];
      if (reported === undefined) throw new RangeError('the requests of a batch count more events than it has');
      const reason = setAside.get(position);
      const event = reason === undefined ? reported : asCounted(reported, reason.counted);
      const eventKey = eventKeyOf(request.clusterId, event);
      const contentHash = contentHashOf(event);
      const firstContent = contents.get(eventKey);
      if (firstContent !== undefined && isCopy(event, contentHash, firstContent, instants.get(eventKey))) {
        duplicatesWithin++;
        continue;
      }
      if (firstContent === undefined) {
        contents.set(eventKey, contentHash);
        if ('start' in event && event.start === event.end) instants.set(eventKey, event.start);
      }
      const arrival = { clusterId: request.clusterId, eventKey, contentHash, batch: place, position };
      const problem =
        firstContent === undefined
          ? event === reported && reason !== undefined
            ? reason
            : addReported(planning, event, arrival)
          : CONFLICT_WITHIN_RECORD;
      if (problem !== undefined) parked.push(toParkedRow(event, arrival, problem));
    }
  }
  if (position !== batch.events.length) throw new RangeError('the requests of a batch count fewer events than it has');
  return duplicatesWithin;
}

function isCopy(event: ReportedEvent, content: bigint, first: bigint, firstAt: Micros | undefined): boolean {
  if (content === first) return true;
  return firstAt !== undefined && isCopyAtAnotherTime(event, { at: firstAt, contentHash: first });
}

/** The event with the time of the counted one that it is a copy of: the ledger then knows it again. */
function asCounted(event: ReportedEvent, counted: CountedInstant | undefined): ReportedEvent {
  if (counted === undefined || isDeferred(event) || !isCopyAtAnotherTime(event, counted)) return event;
  return { ...event, start: counted.at, end: counted.at };
}

/** Always storable: a request that Postgres refuses would make all of its batch uncountable. */
function describeRequest({ requestId, clusterId, clusterKeyId, receivedAt, eventCount }: BatchRequest) {
  return {
    requestId: toStorableText(requestId),
    clusterId: toStorableText(clusterId),
    clusterKeyId: toStorableText(clusterKeyId),
    receivedAt: formatTime(receivedAt),
    eventCount,
  };
}

/** Adds the rows of usage that can be counted; says why of everything else. */
function addReported(
  { directory, ledger, prices }: Planning,
  event: ReportedEvent,
  arrival: EventArrival,
): Unattributed | undefined {
  if (isDeferred(event)) return defer(event);
  const { clusterId, eventKey, contentHash, batch, position } = arrival;
  const implausible = findImplausibleEvent(event, directory, clusterId);
  if (implausible !== undefined) return implausible;
  const booked = bookEvent(event, clusterId, directory, prices);
  if ('reason' in booked) return booked;
  const { accountOwnerId, userId, projectId, attributedBy } = booked.attribution;
  const { id: eventId, sourcePath, type: eventType, start, end } = event;
  let part = 0;
  for (const { day, usages } of booked.parts)
    ledger.push({
      batch,
      position,
      eventKey,
      contentHash,
      part: part++,
      day,
      bookedOn: directory.bookedOn(accountOwnerId, day),
      clusterId,
      sourcePath,
      eventId,
      eventType,
      accountOwnerId,
      userId,
      projectId,
      attributedBy,
      start,
      end,
      usages,
    });
  return undefined;
}

/** What depends on other events, perhaps of other batches, or changes the directory: settled right after the batch. */
function defer(event: DeferredEvent): Unattributed {
  switch (event.type) {
    case 'correction':
      return { reason: 'correction', detail: `replaces ${event.replaces}` };
    case 'manifest': {
      const { eventCount, missing } = event;
      const counts = `says that ${eventCount} events were reported`;
      return { reason: 'manifest', detail: missing === undefined ? counts : `says why usage is missing: ${missing}` };
    }
    case 'project':
      return { reason: 'project', detail: `says that ${event.namespace} is a project of ${event.owner}` };
  }
}

const CONFLICT_WITHIN_RECORD: Unattributed = {
  reason: 'conflict',
  detail: 'an event that was recorded together with it has this identity and another content',
};
