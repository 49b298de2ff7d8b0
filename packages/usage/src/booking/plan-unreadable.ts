import { hash } from 'node:crypto';
import type { Directory } from '../directory.ts';
import type { Micros } from '../time.ts';
import type { BatchRecord } from './batch-record.ts';
import { writeUnreadable } from './parked-event.ts';
import { toStorableText } from './storable-text.ts';

/** A job whose payload is no batch that this version can read, and why. */
export type UnreadablePayload = { readonly payload: string; readonly reason: string; readonly detail: string };

/**
 * Parks a job that this version cannot read, whole, as one entry: its payload is kept until a person or a newer
 * version deals with it. The identity comes from the job and its payload, so a second delivery changes nothing.
 */
export function planUnreadable(
  { payload, reason, detail }: UnreadablePayload,
  jobId: string,
  receivedAt: Micros,
  directory: Directory,
): BatchRecord {
  const digest = hash('sha256', `${jobId}\0${payload}`, 'buffer');
  const eventKey = digest.subarray(0, 16).toString('hex');
  return {
    directoryVersion: directory.version,
    batches: [{ id: eventKey, receivedAt, eventCount: 1, requests: '[]', duplicatesWithin: 0 }],
    ledger: [],
    parked: [
      {
        batch: 0,
        position: 0,
        eventKey,
        contentHash: digest.readBigInt64BE(16),
        clusterId: undefined,
        sourcePath: '',
        eventId: toStorableText(`job ${jobId}`),
        reason: 'unreadable_batch',
        detail: toStorableText(`${reason}: ${detail}`),
        event: writeUnreadable(payload),
      },
    ],
    prices: [],
  };
}
