import type { AttributionEntry, BatchRecord, LedgerRow, ParkedRow } from '@hopsmeter/db';
import type { Batch, BatchRequest } from '@hopsmeter/queue';
import {
  contentHashOf,
  type Directory,
  eventKeyOf,
  findImplausible,
  formatTime,
  type ParkReason,
  type Rate,
  splitByDay,
  type Unattributed,
  type UsageDay,
  type UsageEvent,
} from '@hopsmeter/usage';
import { describeEvent } from './describe-event.ts';

/** Events that an earlier attempt found impossible to count, by their position in the batch, and why. */
export type SetAside = ReadonlyMap<number, Unattributed>;

/** What the record of a batch is made of while its events are gone through. */
type Plan = {
  readonly directory: Directory;
  readonly ledger: LedgerRow[];
  readonly parked: ParkedRow[];
  readonly attributions: Interned<AttributionEntry>;
  readonly windows: Interned<{ start: number; end: number }>;
  readonly rates: Map<string, { day: UsageDay; rate: Rate }>;
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
    attributions: intern(),
    windows: intern(),
    rates: new Map(),
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
    requests: JSON.stringify(
      batch.requests.map((request) => ({ ...request, receivedAt: formatTime(request.receivedAt) })),
    ),
    duplicatesWithin,
    attributions: plan.attributions.values,
    windows: plan.windows.values,
    ledger: plan.ledger,
    parked: plan.parked,
    rates: [...plan.rates.values()],
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
  const { attributedBy, accountOwnerId, userId, projectId } = found;
  const parts = splitByDay(event).map(({ day, usages }) => ({
    day,
    usages: usages.map(({ meter, quantity }) => ({ meter: plan.directory.meterOf(meter, event.gpuModel), quantity })),
  }));
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problemOfMeter = addRate(plan, meter, day);
      if (problemOfMeter === undefined) continue;
      park(plan, candidate, problemOfMeter.reason, problemOfMeter.detail);
      return;
    }
  }
  const attribution = plan.attributions.placeOf(
    `${accountOwnerId}\0${userId}\0${request.clusterId}\0${projectId ?? ''}`,
    () => ({ accountOwnerId, userId, clusterId: request.clusterId, projectId }),
  );
  const { start, end, sourcePath, id: eventId, type: eventType } = event;
  const window = plan.windows.placeOf(`${start}/${end}`, () => ({ start, end }));
  const same = { eventKey, contentHash, position, attribution, window, sourcePath, eventId, eventType, attributedBy };
  parts.forEach(({ day, usages }, part) => {
    plan.ledger.push({ ...same, part, day, usages });
  });
}

function attributeEvent(directory: Directory, clusterId: string, event: UsageEvent) {
  const implausible = findImplausible(event);
  if (implausible !== undefined) return { reason: 'implausible', detail: implausible } as const;
  return directory.attribute(clusterId, event);
}

/** Adds the rate of a meter on a day; says why not when there is none. */
function addRate(plan: Plan, meter: string, day: UsageDay): Unattributed | undefined {
  const key = `${meter}/${day}`;
  if (plan.rates.has(key)) return undefined;
  if (!plan.directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  const rate = plan.directory.rateOf(meter, day);
  if (rate === undefined) return { reason: 'no_rate', detail: `${meter} has no price on that day` };
  plan.rates.set(key, { day, rate });
  return undefined;
}

function park(plan: Plan, candidate: Candidate, reason: ParkReason, detail: string): void {
  const { request, event, eventKey, contentHash, position } = candidate;
  plan.parked.push({
    eventKey,
    contentHash,
    position,
    clusterId: request.clusterId,
    sourcePath: event.sourcePath,
    eventId: event.id,
    reason,
    detail,
    event: describeEvent(event),
  });
}

/** A list in which every value has one place. */
type Interned<T> = { readonly values: readonly T[]; placeOf(key: string, create: () => T): number };

function intern<T>(): Interned<T> {
  const values: T[] = [];
  const places = new Map<string, number>();
  return {
    values,
    placeOf(key, create) {
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, values.length);
      return values.push(create()) - 1;
    },
  };
}
