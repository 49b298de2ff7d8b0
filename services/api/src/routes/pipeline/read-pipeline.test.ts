import { schema } from '@hopsmeter/db';
import { addCluster, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

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
      parkedIgnored: 0,
      parkedByReason: {},
      health: {
        queue: null,
        unexplainedDifference: null,
        reconciledAt: null,
        missingClusterHours: 0,
        missingClusters: 0,
        overlappingUsage: 0,
        oldestParkedAt: null,
        following: null,
      },
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
    parkedIgnored: 0,
    parkedByReason: { conflict: 1, no_rate: 1, unknown_user: 2 },
    health: expect.objectContaining({ oldestParkedAt: TIME }),
    freshness: { recordedAt: '2026-11-22T13:00:01.000000Z', receivedAt: '2026-11-22T13:00:00.000000Z' },
  });
});

const readHealth = async () => (await api.get('/v1/pipeline')).body.health;

/** Both ages count from one `now`, so that the time between them is exact. */
const report = (
  measuredSecondsAgo: number,
  queue: string,
  waitingJobs: number,
  oldestSecondsAgo: number | null,
  now = Date.now(),
) =>
  api.tables.insert(schema.queueStatuses).values({
    queue,
    waitingJobs,
    activeJobs: 2,
    delayedJobs: 1,
    missingJobs: 1,
    lostJobs: 2,
    addedJobs: 10n,
    isPaused: waitingJobs === 0,
    oldestWaitingAt: oldestSecondsAgo === null ? null : secondsBefore(now, oldestSecondsAgo),
    measuredAt: secondsBefore(now, measuredSecondsAgo),
  });
const secondsBefore = (now: number, seconds: number) => new Date(now - seconds * 1_000).toISOString();

it('tells the queue as workers saw it, and that it is old when they are gone', async () => {
  await report(5, '{one}:usage-batches', 3, 60);
  const current = await readHealth();
  expect(current.queue).toEqual({
    waitingJobs: 3,
    activeJobs: 2,
    delayedJobs: 1,
    missingJobs: 3,
    isPaused: false,
    oldestWaitingAt: TIME,
    measuredAt: TIME,
    isCurrent: true,
  });
  expect(Date.parse(current.queue.measuredAt) - Date.parse(current.queue.oldestWaitingAt)).toBe(55_000);
  // Of two queues the one that nobody watches decides.
  await report(31, '{two}:usage-batches', 0, null);
  expect((await readHealth()).queue).toMatchObject({
    waitingJobs: 3,
    activeJobs: 4,
    missingJobs: 6,
    isPaused: true,
    isCurrent: false,
  });
});

it('tells the differences that reconciliation found, and the hours that clusters miss', async () => {
  const cluster = await addCluster(api.tables, 'east');
  await addCluster(api.tables, 'west');
  const hour = (ago: number) => new Date((Math.floor(Date.now() / 3_600_000) - ago) * 3_600_000).toISOString();
  const [{ id: reconciliationId } = { id: '' }] = await api.tables
    .insert(schema.reconciliations)
    .values({ kind: 'scheduled', requestedBy: 'test', days: [] })
    .returning({ id: schema.reconciliations.id });
  const days = [0, 1].map((ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10));
  await api.tables.insert(schema.reconciledDays).values(
    days.map((day, differingRows) => ({
      day,
      checkedAt: new Date().toISOString(),
      reconciliationId,
      differingRows: BigInt(differingRows * 7),
      costDifference: '0.5',
    })),
  );
  // It reported an hour 30 hours ago and one 10 hours ago; the last two may still come.
  const used = {
    hopsworksClusterId: cluster,
    sourcePath: '',
    eventCount: 1n,
    sums: {},
    checkedAt: secondsBefore(Date.now(), 0),
  };
  await api.tables.insert(schema.clusterHours).values(
    [30, 10].map((ago) => ({
      ...used,
      hour: hour(ago),
      usageDate: hour(ago).slice(0, 10),
      lastWindowEndedAt: hour(ago - 1),
    })),
  );
  expect(await readHealth()).toMatchObject({
    unexplainedDifference: '7',
    reconciledAt: TIME,
    missingClusterHours: 24 - 3 + 1 - 1,
    missingClusters: 1,
  });
});

it('takes no parameters', async () => {
  expect((await api.get('/v1/pipeline?x=1')).body.errors).toEqual([
    { parameter: 'x', code: 'UNKNOWN_PARAMETER', detail: expect.any(String) },
  ]);
});
