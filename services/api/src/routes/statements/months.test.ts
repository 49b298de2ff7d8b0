import { randomUUID } from 'node:crypto';
import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ADA = 'auth0|ada';
const BOB = 'auth0|bob';
/** The month that has not ended, by the database's clock. */
const RUNNING = new Date().toISOString().slice(0, 7);

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  const cluster = await addCluster(api.tables, 'east');
  await api.tables.insert(schema.users).values([{ id: ADA, name: 'Ada Lovelace' }, { id: BOB }]);
  await addUsage(api.tables, [
    { day: '2025-09-10', owner: ADA, cluster, quantity: '1.5' },
    { day: '2025-09-11', owner: BOB, cluster, quantity: '10' },
    { day: '2025-10-11', owner: ADA, cluster, quantity: '100' },
    { day: `${RUNNING}-01`, owner: ADA, cluster, quantity: '1' },
  ]);
});
afterAll(() => api?.close());

const send = async (url: string, payload: object): Promise<Json> => {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  return (await api.app.inject({ method: 'POST', url, headers, payload })).json();
};

/** What the table of a month says of an account. */
const accountOf = async (month: string, id: string): Promise<Json> =>
  (await api.get(`/v1/months/${month}`)).body.accounts.find(({ accountOwnerId }: Json) => accountOwnerId === id);

describe('months', () => {
  it('are listed with how far closing them is', async () => {
    expect((await api.get('/v1/months')).body).toEqual({
      currency: 'USD',
      months: [
        { month: RUNNING, isEnded: false, accountCount: 1, closedCount: 0, total: '0.35' },
        { month: '2025-10', isEnded: true, accountCount: 1, closedCount: 0, total: '35.00' },
        { month: '2025-09', isEnded: true, accountCount: 2, closedCount: 0, total: '4.03' },
      ],
    });
  });

  it('show where each account stands, what it comes to and what it came to before', async () => {
    const unknown = { waiting: null, number: null, closedAt: null };
    const before = { total: '3.50', totalExact: '3.500000000000' };
    expect((await api.get('/v1/months/2025-10')).body).toEqual({
      month: '2025-10',
      currency: 'USD',
      accounts: [
        {
          ...unknown,
          accountOwnerId: ADA,
          accountName: 'Ada Lovelace',
          state: 'refused',
          refusal: { code: 'EARLIER_MONTH_OPEN', detail: '2025-09 is open and has to be closed before' },
          total: '35.00',
          totalExact: '35.000000000000',
          previous: { total: '0.53', totalExact: '0.525000000000' },
        },
        {
          ...unknown,
          accountOwnerId: BOB,
          accountName: null,
          state: 'nothing',
          refusal: null,
          total: '0.00',
          totalExact: '0.000000000000',
          previous: before,
        },
      ],
    });
    expect(await accountOf('2025-09', BOB)).toMatchObject({ state: 'ready', refusal: null, ...before });
    expect(await accountOf(RUNNING, ADA)).toMatchObject({ state: 'running', refusal: null });
    expect((await api.get('/v1/months/2025-13')).body.errors).toMatchObject([{ code: 'INVALID_MONTH' }]);
  });

  it('are read page by page', async () => {
    const first = (await api.get('/v1/months/2025-09?limit=1')).body;
    expect(first.accounts).toMatchObject([{ accountOwnerId: ADA }]);
    const second = (await api.get(`/v1/months/2025-09?limit=1&cursor=${first.nextCursor}`)).body;
    expect(second.accounts).toMatchObject([{ accountOwnerId: BOB }]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('tell of what closing would refuse: the same as closing does', async () => {
    await api.pool.query(
      `insert into hopsmeter.parked_events
        (event_key, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, reason, detail,
          event, status)
      select $1::uuid, 1, $1::uuid, 0, id, '', $1::text, 'no_rate', 'why', $2, 'pending'
      from hopsmeter.hopsworks_clusters`,
      [
        randomUUID(),
        { type: 'meter', subject: BOB, start: '2025-09-03T10:00:00.000Z', end: '2025-09-03T11:00:00.000Z' },
      ],
    );
    const waiting = { parked: [{ reason: 'no_rate', events: 1, isOwn: true }], missingHours: [], differences: 0 };
    expect(await accountOf('2025-09', BOB)).toMatchObject({
      state: 'refused',
      refusal: { code: 'USAGE_WAITING', detail: '1 parked event (no_rate)' },
      waiting,
    });
    const tried = await send('/v1/statements/close', { month: '2025-09', dryRun: true });
    expect(tried.refused).toMatchObject([{ accountOwnerId: BOB, code: 'USAGE_WAITING', waiting }]);
    expect(tried.closed).toMatchObject([{ accountOwnerId: ADA, total: '0.53' }]);
  });

  it('are closed account by account, and the next one is ready then', async () => {
    const { closed } = await send('/v1/statements/close', { month: '2025-09' });
    expect(await accountOf('2025-09', ADA)).toMatchObject({
      state: 'closed',
      number: closed[0].number,
      closedAt: expect.stringMatching(/Z$/),
      total: '0.53',
      waiting: null,
    });
    expect((await api.get('/v1/months')).body.months.at(-1)).toMatchObject({ accountCount: 2, closedCount: 1 });
    expect(await accountOf('2025-10', ADA)).toMatchObject({ state: 'ready', refusal: null });
  });

  it('wait for a price change that is being applied', async () => {
    const [{ id: rateCardId }] = (await api.get('/v1/rate-cards')).body.rateCards;
    const change = { kind: 'set_rate', rateCardId, meter: 'cpu_hours', validFrom: '2025-10-05', price: '1' };
    const { forecast } = await send('/v1/price-changes', { change, dryRun: true });
    const { priceChange } = await send('/v1/price-changes', {
      change,
      reason: 'agreed',
      fingerprint: forecast.fingerprint,
    });
    expect((await accountOf('2025-10', ADA)).refusal).toEqual({
      code: 'PRICE_CHANGE_APPLYING',
      detail: `the price change ${priceChange.id} is being applied`,
    });
    const [refused] = (await send('/v1/statements/close', { month: '2025-10', dryRun: true })).refused;
    expect(refused).toMatchObject({ accountOwnerId: ADA, code: 'PRICE_CHANGE_APPLYING' });
  });
});
