import { randomUUID } from 'node:crypto';
import {
  type BatchEntry,
  type BatchRecord,
  eventKeyOf,
  type LedgerRow,
  type Micros,
  type ParkedRow,
  type ParkReason,
  type PriceEntry,
  type Usage,
  usageDayOf,
} from '@hopsmeter/usage';
import type { SeededDirectory } from './seed-directory.ts';

/** 2026-11-22T13:00:00Z. */
export const SAMPLE_START: Micros = 1_795_352_400_000_000;
const HOUR: Micros = 3_600_000_000;

/** An event as the ledger takes it. */
export type SampleEvent = {
  readonly id: string;
  readonly userId: string;
  /** Stands for everything an event says: another number is another content. */
  readonly content: bigint;
  readonly start: Micros;
  readonly end: Micros;
  /** What was used on the first day, on the next day and so on. */
  readonly days: readonly (readonly Usage[])[];
};

/** An hour of the member with one and a half CPU hours. */
export function sampleEvent(id: string, changes: Partial<SampleEvent> = {}): SampleEvent {
  return {
    id,
    userId: 'auth0|member',
    content: 1n,
    start: SAMPLE_START,
    end: SAMPLE_START + HOUR,
    days: [[{ meter: 'cpu_hours', quantity: '1.5' }]],
    ...changes,
  };
}

/** The record of a new batch with these events, all to be counted. */
export function sampleRecord(
  seeded: SeededDirectory,
  events: readonly SampleEvent[],
  changes: Partial<Omit<BatchRecord, 'batches'>> = {},
  batchChanges: Partial<BatchEntry> = {},
): BatchRecord {
  const batch = {
    id: randomUUID(),
    receivedAt: SAMPLE_START + 2 * HOUR,
    eventCount: events.length + (changes.parked?.length ?? 0) + (batchChanges.duplicatesWithin ?? 0),
    requests: '[]',
    duplicatesWithin: 0,
    ...batchChanges,
  };
  return {
    directoryVersion: seeded.directory.version,
    batches: [batch],
    ledger: events.flatMap((event, place) => ledgerRowsOf(seeded, event, place)),
    parked: [],
    prices: pricesOf(seeded, events),
    ...changes,
  };
}

/** The event as one that cannot be counted. */
export function sampleParked(
  seeded: SeededDirectory,
  { id, content }: SampleEvent,
  reason: ParkReason = 'unknown_user',
  position = 0,
): ParkedRow {
  return {
    batch: 0,
    eventKey: eventKeyOf(seeded.clusterId, { id, sourcePath: '' }),
    contentHash: content,
    position,
    clusterId: seeded.clusterId,
    sourcePath: '',
    eventId: id,
    reason,
    detail: 'for a test',
    event: JSON.stringify({ id }),
  };
}

function attribute({ clusterId, projectId, directory }: SeededDirectory, { userId, start }: SampleEvent) {
  const found = directory.attribute(clusterId, {
    id: '',
    sourcePath: '',
    type: 'compute',
    subject: userId,
    namespace: undefined,
    gpuModel: undefined,
    start,
    end: start,
    usages: [],
  });
  if ('reason' in found) throw new Error(found.detail);
  const entry = {
    ...found,
    attributedBy: 'subject' as const,
    bookedOn: directory.bookedOn(found.accountOwnerId, usageDayOf(start)),
  };
  return userId === 'auth0|member' ? { ...entry, projectId } : entry;
}

function ledgerRowsOf(seeded: SeededDirectory, event: SampleEvent, place: number): LedgerRow[] {
  const attribution = attribute(seeded, event);
  return event.days.map((usages, part) => ({
    ...attribution,
    batch: 0,
    eventKey: eventKeyOf(seeded.clusterId, { id: event.id, sourcePath: '' }),
    part,
    day: usageDayOf(event.start) + part,
    contentHash: event.content,
    position: place,
    start: event.start,
    end: event.end,
    sourcePath: '',
    eventId: event.id,
    eventType: 'compute',
    usages,
  }));
}

function pricesOf(seeded: SeededDirectory, events: readonly SampleEvent[]): PriceEntry[] {
  const entries = new Map<string, PriceEntry>();
  for (const event of events) {
    const { accountOwnerId } = attribute(seeded, event);
    for (const [part, usages] of event.days.entries())
      for (const { meter } of usages) {
        const day = usageDayOf(event.start) + part;
        const price = seeded.directory.pricing.priceOf(accountOwnerId, meter, day);
        if (price !== undefined) entries.set(`${accountOwnerId} ${day} ${meter}`, { day, accountOwnerId, price });
      }
  }
  return [...entries.values()];
}
