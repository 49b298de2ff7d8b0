import { SAMPLE_DIRECTORY } from '@hopsmeter/test/support/usage/sample-events.ts';
import { expect, it } from 'vitest';
import { planUnreadable, type UnreadablePayload } from './plan-unreadable.ts';

const unreadable: UnreadablePayload = {
  payload: '{"v":9,"text":"\\u0000"}',
  reason: 'unknown_version',
  detail: 'version 9',
};

const plan = (changes: Partial<UnreadablePayload> = {}, jobId = '7', receivedAt = 1) =>
  planUnreadable({ ...unreadable, ...changes }, jobId, receivedAt, SAMPLE_DIRECTORY);

it('parks the whole payload as one event, so that nothing is lost', () => {
  const record = plan();
  expect(record).toMatchObject({
    batches: [{ eventCount: 1, duplicatesWithin: 0 }],
    directoryVersion: '5',
    ledger: [],
  });
  expect(record.parked).toMatchObject([
    { position: 0, eventId: 'job 7', reason: 'unreadable_batch', detail: 'unknown_version: version 9' },
  ]);
  expect(JSON.parse(record.parked[0]?.event ?? '')).toEqual({ payload: unreadable.payload });
});

it('makes the same record of a second delivery, whenever it comes', () => {
  const again = plan({}, '7', 2);
  expect({ ...again, batches: again.batches.map((batch) => ({ ...batch, receivedAt: 1 })) }).toEqual(plan());
});

it('tells other jobs and other payloads apart', () => {
  const ids = [plan(), plan({}, '8'), plan({ payload: '{}' })].map(({ batches }) => batches[0]?.id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

it.each(['a\0b', 'a\ud800b'])('keeps a payload that jsonb refuses, to the last byte (%j)', (payload) => {
  const event = JSON.parse(plan({ payload }).parked[0]?.event ?? '');
  expect(Buffer.from(event.payloadBase64, 'base64').toString('utf16le')).toBe(payload);
});

it('replaces what Postgres cannot hold in the words about it', () => {
  const [parked] = plan({ detail: 'version \0\ud800' }, 'job\0').parked;
  expect(parked).toMatchObject({ eventId: 'job job\ufffd', detail: 'unknown_version: version \ufffd\ufffd' });
});
