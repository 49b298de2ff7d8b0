import { schema } from '@hopsmeter/db';
import { type Json, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const TIME = expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/);

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const read = async (): Promise<Json> => (await api.get('/v1/operations')).body;

it('tells that nothing is under way', async () => {
  expect(await read()).toEqual({
    priceChanges: { applying: 0, oldestCreatedAt: null, changes: [] },
    reconciliations: { unfinished: 0, oldestRequestedAt: null, differing: [] },
    webhooks: { active: 0, pendingDeliveries: 0, oldestPendingAt: null, dead: [] },
    remittances: { pending: 0, uncertain: 0, rejected: 0, tooOld: 0, stuck: [] },
  });
});

it('names the comparison whose differences nobody has repaired', async () => {
  const reconciliation = { kind: 'scheduled', requestedBy: 'test', days: ['2026-11-22'] };
  const [waiting] = await api.tables.insert(schema.reconciliations).values(reconciliation).returning();
  const { id = '' } = waiting ?? {};
  const checked = { checkedAt: '2026-11-22T14:00:00Z', reconciliationId: id, costDifference: '0' };
  await api.tables.insert(schema.reconciledDays).values([
    { ...checked, day: '2026-11-21', differingRows: 0n },
    { ...checked, day: '2026-11-22', differingRows: 2n },
    { ...checked, day: '2026-11-23', differingRows: 3n },
  ]);
  expect((await read()).reconciliations).toEqual({
    unfinished: 1,
    oldestRequestedAt: TIME,
    differing: [{ id, dayCount: 2, differingRows: '5' }],
  });
});

it('names active webhooks with deliveries that were given up, and not the disabled ones', async () => {
  await api.tables.insert(schema.users).values({ id: 'auth0|1' });
  const [alert] = await api.tables
    .insert(schema.spendingAlerts)
    .values({ accountOwnerId: 'auth0|1', month: '2026-11-01', threshold: 100, cap: '1', spent: '2' })
    .returning();
  const endpoint = { createdBy: 'test' };
  const [active, disabled] = await api.tables
    .insert(schema.webhookEndpoints)
    .values([
      { ...endpoint, url: 'https://a.example.com/' },
      { ...endpoint, url: 'https://b.example.com/', disabledAt: '2026-11-22T14:00:00Z' },
    ])
    .returning();
  const dead = { spendingAlertId: alert?.id ?? '', deadAt: '2026-11-22T14:00:00Z', nextAttemptAt: null };
  await api.tables.insert(schema.webhookDeliveries).values([
    { ...dead, webhookEndpointId: active?.id ?? '' },
    { ...dead, webhookEndpointId: disabled?.id ?? '' },
  ]);
  expect((await read()).webhooks).toEqual({
    active: 1,
    pendingDeliveries: 0,
    oldestPendingAt: null,
    dead: [{ webhookId: active?.id, url: 'https://a.example.com/', deadDeliveries: 1 }],
  });
});
