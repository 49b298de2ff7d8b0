import { schema } from '@hopsmeter/db';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(async () => {
  await api?.close();
});

it('counts nothing before there is anything', async () => {
  expect(await api.get('/v1/pipeline')).toEqual({
    status: 200,
    body: {
      events: 0,
      counted: 0,
      duplicates: 0,
      parked: 0,
      parkedPending: 0,
      parkedGivenUp: 0,
      parkedByReason: {},
      freshness: { recordedAt: null, receivedAt: null },
    },
  });
});

it('counts what became of events beyond 32 bits, and what waits by reason', async () => {
  const batch = { receivedAt: '2026-11-22T13:00:00Z', recordedAt: '2026-11-22T13:00:01Z', requests: [] };
  const large = { eventCount: 2_000_000_006, countedCount: 2_000_000_000, duplicateCount: 2, parkedCount: 4 };
  await api.tables
    .insert(schema.usageBatches)
    .values([1, 2].map(() => ({ ...batch, ...large, id: crypto.randomUUID() })));
  const parked = (reason: string, status: string, position: number, resolution?: string) => ({
    eventKey: crypto.randomUUID(),
    contentHash: 1n,
    usageBatchId: crypto.randomUUID(),
    position,
    sourcePath: '',
    eventId: `e-${position}`,
    reason,
    detail: '',
    event: {},
    resolvedAt: status === 'pending' ? null : '2026-11-22T14:00:00Z',
    resolvedBy: status === 'given_up' ? 'auth0|staff' : null,
    resolution,
    status,
  });
  await api.tables
    .insert(schema.parkedEvents)
    .values([
      parked('unknown_user', 'pending', 0),
      parked('conflict', 'pending', 1),
      parked('unknown_user', 'pending', 2),
      parked('unknown_user', 'counted', 3, 'counted'),
      parked('unknown_user', 'counted', 4, 'counted'),
      parked('unknown_user', 'counted', 5, 'duplicate'),
      parked('implausible', 'given_up', 6, 'a test'),
      parked('no_rate', 'pending', 7),
    ]);
  expect((await api.get('/v1/pipeline')).body).toEqual({
    events: 4_000_000_012,
    counted: 4_000_000_002,
    duplicates: 5,
    parked: 5,
    parkedPending: 4,
    parkedGivenUp: 1,
    parkedByReason: { conflict: 1, no_rate: 1, unknown_user: 2 },
    freshness: { recordedAt: '2026-11-22T13:00:01.000000Z', receivedAt: '2026-11-22T13:00:00.000000Z' },
  });
});

it('takes no parameters', async () => {
  expect((await api.get('/v1/pipeline?x=1')).body.errors).toEqual([
    { parameter: 'x', code: 'UNKNOWN_PARAMETER', detail: expect.any(String) },
  ]);
});
