import { randomUUID } from 'node:crypto';
import {
  contentHashOf,
  eventKeyOf,
  type ParkedRow,
  parseTime,
  type ReportedEvent,
  toParkedRow,
  type Unattributed,
} from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { type RecordedCounts, recordStatementOf } from '../record/record-batch.ts';

/** An event that a person enters, as if the cluster had sent it. */
export type EnteredEvent = { readonly clusterId: string; readonly event: ReportedEvent };

export type Entered = {
  /** The batch that the events are recorded as. */
  readonly batchId: string;
  readonly counts: RecordedCounts;
};

const READ_VERSION = 'select version::text from hopsmeter.directory_versions';

/**
 * Has usage tried at once. Corrections need no mark: they are looked for, see corrections/. Parameters: $1 event keys,
 * $2 the batch: an equal event that waits since before stays as it was. Locks: the rows, which are this transaction's
 * own.
 */
const MARK_DUE = `
update hopsmeter.parked_events set due_at = now()
where event_key = any($1::uuid[]) and usage_batch_id = $2::uuid and status = 'pending' and reason = 'entered'
`;

/**
 * Records events that a person enters as a batch of their own, by the record statement: what is known already is a
 * duplicate or a conflict, everything else is parked. A worker takes it from there within seconds and counts it as it
 * counts whatever is parked. So there is one way into the ledger, and an entered event can be lost, doubled or
 * miscounted as little as others.
 *
 * Guarantees: all or nothing, with the transaction; entered again, equal events are duplicates. The batch names who
 * entered them. Locks: as the record statement.
 *
 * @param events at most as many as a request may have; no two of one identity.
 */
export async function enterEvents(
  transaction: AuditedTransaction,
  { actor, requestId }: Change,
  events: readonly EnteredEvent[],
): Promise<Entered> {
  const { rowsOf, now } = transaction;
  const [directory] = await rowsOf<{ version: string }>(READ_VERSION);
  const receivedAt = parseTime(now);
  if (directory === undefined || receivedAt === undefined) throw new Error('the database told no version or no time');
  const batchId = randomUUID();
  const request = { requestId, enteredBy: actor.id, receivedAt: now, eventCount: events.length };
  const parked = events.map(park);
  const { text, values } = recordStatementOf({
    directoryVersion: directory.version,
    batches: [
      {
        id: batchId,
        receivedAt,
        eventCount: events.length,
        requests: JSON.stringify([request]),
        duplicatesWithin: 0,
      },
    ],
    ledger: [],
    parked,
    prices: [],
  });
  const [counts] = await rowsOf<RecordedCounts>(text, values);
  if (counts === undefined) throw new Error('a new batch was recorded before');
  await rowsOf(MARK_DUE, [parked.map(({ eventKey }) => eventKey), batchId]);
  return { batchId, counts };
}

function park({ clusterId, event }: EnteredEvent, position: number): ParkedRow {
  const [eventKey, contentHash] = [eventKeyOf(clusterId, event), contentHashOf(event)];
  return toParkedRow(event, { clusterId, eventKey, contentHash, batch: 0, position }, reasonOf(event));
}

function reasonOf(event: ReportedEvent): Unattributed {
  return event.type === 'correction'
    ? { reason: 'correction', detail: `replaces ${event.replaces}` }
    : { reason: 'entered', detail: 'entered by staff, and counted within seconds' };
}
