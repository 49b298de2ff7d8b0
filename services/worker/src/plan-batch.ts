import type { BatchRecord, LedgerRow, ParkedRow, RateEntry, WindowEntry } from '@hopsmeter/db';
import type { Batch, BatchRequest } from '@hopsmeter/queue';
import {
  type Attribution,
  contentHashOf,
  type Directory,
  eventKeyOf,
  findImplausible,
  formatTime,
  type ParkReason,
  splitByDay,
  type Unattributed,
  type Usage,
  type UsageDay,
  type UsageEvent,
} from '@hopsmeter/usage';
import { describeEvent } from './describe-event.ts';
import { toStorableEvent, toStorableText } from './storable-text.ts';

/** Events that an earlier attempt found impossible to count, by their position in the batch, and why. */
export type SetAside = ReadonlyMap<number, Unattributed>;

/** What the record of a batch is made of while its events are gone through. */
type Plan = {
  readonly directory: Directory;
  readonly ledger: LedgerRow[];
  readonly parked: ParkedRow[];
  readonly attributions: Places<Attribution>;
  readonly windows: { readonly values: WindowEntry[]; readonly places: Map<number, Map<number, number>> };
  readonly rates: { readonly values: RateEntry[]; readonly days: Map<UsageDay, Set<string>> };
};

/**
 * Attributes and prices every event of a batch: what the database has to do is then one statement. Pure: equal input,
 * equal record.
 */
export function planBatch(batch: Batch, directory: Directory, setAside: SetAside = new Map()): BatchRecord {
  const plan: Plan = {
    directory,
    ledger: [],
    parked: [],
    attributions: { values: [], places: new Map() },
    windows: { values: [], places: new Map() },
    rates: { values: [], days: new Map() },
  };
  const contents = new Map<string, bigint>();
  let duplicatesWithin = 0;
  let position = 0;
  for (const request of batch.requests) {
    const end = position + request.eventCount;
    for (; position < end; position++) {
      const event = batch.events[position];
      if (event === undefined) throw new RangeError('the requests of a batch count more events than it has');
      const eventKey = eventKeyOf(request.clusterId, event);
      const contentHash = contentHashOf(event);
      const firstContent = contents.get(eventKey);
      if (firstContent === contentHash) {
        duplicatesWithin++;
        continue;
      }
      if (firstContent === undefined) contents.set(eventKey, contentHash);
      const problem: Unattributed | undefined =
        firstContent === undefined ? setAside.get(position) : CONFLICT_WITHIN_BATCH;
      planEvent(plan, { request, event, eventKey, contentHash, position }, problem);
    }
  }
  if (position !== batch.events.length) throw new RangeError('the requests of a batch count fewer events than it has');
  return {
    batchId: batch.id,
    directoryVersion: directory.version,
    receivedAt: batch.requests.reduce((first, { receivedAt }) => Math.min(first, receivedAt), Number.POSITIVE_INFINITY),
    eventCount: batch.events.length,
    requests: JSON.stringify(batch.requests.map(describeRequest)),
    duplicatesWithin,
    attributions: plan.attributions.values,
    windows: plan.windows.values,
    ledger: plan.ledger,
    parked: plan.parked,
    rates: plan.rates.values,
  };
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

const CONFLICT_WITHIN_BATCH: Unattributed = {
  reason: 'conflict',
  detail: 'an event before it in the same batch has this identity and another content',
};

type Candidate = {
  readonly request: BatchRequest;
  readonly event: UsageEvent;
  readonly eventKey: string;
  readonly contentHash: bigint;
  readonly position: number;
};

/** Adds the event to the ledger rows, or, where anything is in the way, to the parked ones. */
function planEvent(plan: Plan, candidate: Candidate, problem: Unattributed | undefined): void {
  const { request, event, eventKey, contentHash, position } = candidate;
  const found = problem ?? attributeEvent(plan.directory, request.clusterId, event);
  if ('reason' in found) {
    park(plan, candidate, found.reason, found.detail);
    return;
  }
  const parts = splitByDay(event);
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problemOfMeter = addRate(plan, plan.directory.meterOf(meter, event.gpuModel), day);
      if (problemOfMeter === undefined) continue;
      park(plan, candidate, problemOfMeter.reason, problemOfMeter.detail);
      return;
    }
  }
  const attribution = placeOf(plan.attributions, found);
  const window = placeOfWindow(plan.windows, event);
  for (const [part, { day, usages }] of parts.entries()) {
    plan.ledger.push({
      eventKey,
      part,
      day,
      contentHash,
      position,
      attribution,
      window,
      sourcePath: event.sourcePath,
      eventId: event.id,
      eventType: event.type,
      attributedBy: found.attributedBy,
      usages: event.gpuModel === undefined ? usages : moveToModel(plan.directory, usages, event.gpuModel),
    });
  }
}

function moveToModel(directory: Directory, usages: readonly Usage[], gpuModel: string): readonly Usage[] {
  return usages.map(({ meter, quantity }) => ({ meter: directory.meterOf(meter, gpuModel), quantity }));
}

function attributeEvent(directory: Directory, clusterId: string, event: UsageEvent) {
  const implausible = findImplausible(event);
  if (implausible !== undefined) return { reason: 'implausible', detail: implausible } as const;
  return directory.attribute(clusterId, event);
}

/** Adds the rate of a meter on a day; says why not when there is none. */
function addRate({ directory, rates }: Plan, meter: string, day: UsageDay): Unattributed | undefined {
  const known = rates.days.get(day);
  if (known?.has(meter)) return undefined;
  if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  const rate = directory.rateOf(meter, day);
  if (rate === undefined) return { reason: 'no_rate', detail: `${meter} has no price on that day` };
  rates.values.push({ day, rate });
  if (known === undefined) rates.days.set(day, new Set([meter]));
  else known.add(meter);
  return undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function park(plan: Plan, candidate: Candidate, reason: ParkReason, detail: string): void {
  const { request, eventKey, contentHash, position } = candidate;
  // Postgres refused it as it came, perhaps for one character or for its cluster: parked like that, it would be refused
  // again, and the batch with it, for ever.
  const isRefused = reason === 'uncountable';
  const event = isRefused ? toStorableEvent(candidate.event) : candidate.event;
  plan.parked.push({
    eventKey,
    contentHash,
    position,
    clusterId: isRefused && !UUID.test(request.clusterId) ? undefined : request.clusterId,
    sourcePath: event.sourcePath,
    eventId: event.id,
    reason,
    detail,
    event: describeEvent(event),
  });
}

/** A list in which every value has one place. */
type Places<T> = { readonly values: T[]; readonly places: Map<T, number> };

function placeOf<T>({ values, places }: Places<T>, value: T): number {
  const known = places.get(value);
  if (known !== undefined) return known;
  places.set(value, values.length);
  return values.push(value) - 1;
}

/** Two levels of numbers: as a text, start and end together would cost more than everything else about a window. */
function placeOfWindow({ values, places }: Plan['windows'], { start, end }: WindowEntry): number {
  let ends = places.get(start);
  if (ends === undefined) {
    ends = new Map();
    places.set(start, ends);
  }
  const known = ends.get(end);
  if (known !== undefined) return known;
  ends.set(end, values.length);
  return values.push({ start, end }) - 1;
}
