import type { BatchRecord, CountedInstant, ParkedRow } from '@hopsmeter/db';
import type { Batch, BatchRequest } from '@hopsmeter/queue';
import {
  contentHashOf,
  type DeferredEvent,
  type Directory,
  describeEvent,
  eventKeyOf,
  findImplausible,
  formatTime,
  isCopyAtAnotherTime,
  isDeferred,
  type Micros,
  type ReportedEvent,
  type Unattributed,
  type UsageEvent,
} from '@hopsmeter/usage';
import { addEvent, createEventPlan, type EventIdentity, type EventPlan } from './event-plan.ts';
import { toStorableEvent, toStorableText } from './storable-text.ts';

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
    plan: createEventPlan(directory),
    parked: [],
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
  const { plan, parked } = planning;
  return {
    directoryVersion: directory.version,
    batches: entries,
    attributions: plan.attributions.values,
    windows: plan.windows.values,
    ledger: plan.ledger,
    parked,
    prices: plan.prices.values,
  };
}

/** What is put together batch by batch. */
type Planning = {
  readonly plan: EventPlan;
  readonly parked: ParkedRow[];
  /** Content hashes by event key, of all events so far. */
  readonly contents: Map<string, bigint>;
  /** When those of them without a window were used. */
  readonly instants: Map<string, Micros>;
  readonly setAside: SetAside;
};

/** @returns how many events are equal copies of earlier ones. */
function addBatch({ plan, parked, contents, instants, setAside }: Planning, batch: Batch, place: number): number {
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
      const identity = { clusterId: request.clusterId, eventKey, contentHash, batch: place, position };
      const problem =
        firstContent === undefined
          ? event === reported && reason !== undefined
            ? reason
            : addReported(plan, event, identity)
          : CONFLICT_WITHIN_RECORD;
      if (problem !== undefined) parked.push(toParkedRow(event, identity, problem));
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
function addReported(plan: EventPlan, event: ReportedEvent, identity: EventIdentity): Unattributed | undefined {
  if (isDeferred(event)) return defer(event);
  return findImplausibleEvent(event, plan.directory, identity.clusterId) ?? addEvent(plan, event, identity);
}

/** What depends on other events, perhaps of other batches, is settled right after the batch. */
function defer(event: DeferredEvent): Unattributed {
  return event.type === 'correction'
    ? { reason: 'correction', detail: `replaces ${event.replaces}` }
    : { reason: 'manifest', detail: `says that ${event.eventCount} events were reported` };
}

const CONFLICT_WITHIN_RECORD: Unattributed = {
  reason: 'conflict',
  detail: 'an event that was recorded together with it has this identity and another content',
};

/** Why an event waits for a person, however well it is attributed. */
export function findImplausibleEvent(
  event: UsageEvent,
  directory: Directory,
  clusterId: string,
): Unattributed | undefined {
  const detail = findImplausible(event, directory.limitsOf(clusterId));
  return detail === undefined ? undefined : { reason: 'implausible', detail };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function toParkedRow(
  reported: ReportedEvent,
  { clusterId, eventKey, contentHash, batch, position }: EventIdentity,
  { reason, detail }: Unattributed,
): ParkedRow {
  // Postgres refused it as it came, perhaps for one character or for its cluster: parked like that, it would be refused
  // again, and the batch with it, for ever.
  const isRefused = reason === 'uncountable';
  const event = isRefused ? toStorableEvent(reported) : reported;
  return {
    batch,
    eventKey,
    contentHash,
    position,
    clusterId: isRefused && !UUID.test(clusterId) ? undefined : clusterId,
    sourcePath: event.sourcePath,
    eventId: event.id,
    reason,
    detail,
    event: describeEvent(event, replacesKeyOf(reported, clusterId)),
  };
}

/** A correction has the source of what it replaces. */
function replacesKeyOf(event: ReportedEvent, clusterId: string): string | undefined {
  if (event.type !== 'correction') return undefined;
  return eventKeyOf(clusterId, { id: event.replaces, sourcePath: event.sourcePath });
}
