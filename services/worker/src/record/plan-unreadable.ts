import { hash } from 'node:crypto';
import type { BatchRecord } from '@hopsmeter/db';
import type { UnreadableBatch } from '@hopsmeter/queue';
import type { Directory, Micros } from '@hopsmeter/usage';
import { toStorableText } from './storable-text.ts';

/**
 * Parks a job that this version cannot read, whole, as one entry: its payload is kept until a person or a newer
 * version deals with it. The identity comes from the job and its payload, so a second delivery changes nothing.
 */
export function planUnreadable(
  { payload, reason, detail }: UnreadableBatch,
  jobId: string,
  receivedAt: Micros,
  directory: Directory,
): BatchRecord {
  const digest = hash('sha256', `${jobId}\0${payload}`, 'buffer');
  const eventKey = digest.subarray(0, 16).toString('hex');
  // jsonb takes neither NUL nor lone surrogates.
  const event = payload.isWellFormed() && !payload.includes('\0') ? { payload } : { payloadBase64: toBase64(payload) };
  return {
    directoryVersion: directory.version,
    batches: [{ id: eventKey, receivedAt, eventCount: 1, requests: '[]', duplicatesWithin: 0 }],
    attributions: [],
    windows: [],
    ledger: [],
    parked: [
      {
        batch: 0,
        eventKey,
        contentHash: digest.readBigInt64BE(16),
        position: 0,
        clusterId: undefined,
        sourcePath: '',
        eventId: toStorableText(`job ${jobId}`),
        reason: 'unreadable_batch',
        detail: toStorableText(`${reason}: ${detail}`),
        event: JSON.stringify(event),
      },
    ],
    prices: [],
  };
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf16le').toString('base64');
}
