import type { ParkReason, Unattributed } from '../directory.ts';
import type { ReportedEvent } from '../event.ts';
import { eventKeyOf } from '../identity.ts';
import { parseSystemId } from '../system-id.ts';
import { writeParkedEvent } from './parked-event.ts';
import { toStorableEvent } from './storable-text.ts';

/** An event that cannot be counted now, as it is kept. */
export type ParkedRow = {
  /** Place of its batch among those that are recorded together, from 0. */
  readonly batch: number;
  /** Place of the event in its batch, from 0. */
  readonly position: number;
  readonly eventKey: string;
  readonly contentHash: bigint;
  readonly clusterId: string | undefined;
  readonly sourcePath: string;
  readonly eventId: string;
  readonly reason: ParkReason;
  readonly detail: string;
  /** JSON text, see parked-event.ts. */
  readonly event: string;
};

/** The identity of an event, what it says in short, and where it came. */
export type EventArrival = Pick<ParkedRow, 'batch' | 'position' | 'eventKey' | 'contentHash'> & {
  readonly clusterId: string;
};

/** Parks an event, so that it can be counted later. */
export function toParkedRow(
  reported: ReportedEvent,
  { clusterId, eventKey, contentHash, batch, position }: EventArrival,
  { reason, detail }: Unattributed,
): ParkedRow {
  // Postgres refused it as it came, perhaps for one character or for its cluster: parked like that, it would be refused
  // again, and the batch with it, for ever.
  const isRefused = reason === 'uncountable';
  const event = isRefused ? toStorableEvent(reported) : reported;
  return {
    batch,
    position,
    eventKey,
    contentHash,
    clusterId: isRefused && parseSystemId(clusterId) === undefined ? undefined : clusterId,
    sourcePath: event.sourcePath,
    eventId: event.id,
    reason,
    detail,
    event: writeParkedEvent(event, findReplacedKey(reported, clusterId)),
  };
}

/** The key of what a correction replaces: it has the source of the correction. */
function findReplacedKey(event: ReportedEvent, clusterId: string): string | undefined {
  if (event.type !== 'correction') return undefined;
  return eventKeyOf(clusterId, { id: event.replaces, sourcePath: event.sourcePath });
}
