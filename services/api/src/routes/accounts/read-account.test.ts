import { schema } from '@hopsmeter/db';
import {
  addCluster,
  addUsage,
  type Json,
  startTestApi,
  TEST_KEY,
  type TestApi,
} from '@hopsmeter/test/support/api/test-api.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const [OWNER, OTHER, FORMER, MEMBER] = ['auth0|own', 'auth0|owner', 'auth0|former', 'auth0|member'];

let api: TestApi;
let cluster: string;

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  cluster = await addCluster(tables, 'eu-1');
  await tables.insert(schema.users).values([
    { id: OWNER, name: 'Ada', email: 'ada@example.com', billingAddress: 'Engines Ltd\nLondon' },
    { id: OTHER, name: 'Other' },
  ]);
  await tables.insert(schema.users).values([
    { id: MEMBER, accountOwnerId: OWNER },
    { id: FORMER, accountOwnerId: OWNER },
  ]);
  await tables.insert(schema.userHopsworksAssignments).values({ userId: OWNER, hopsworksClusterId: cluster });
  await addUsage(tables, [
    { day: '2026-11-20', owner: OWNER, cluster, quantity: '10.123456789012' },
    { day: '2026-11-21', owner: OWNER, user: MEMBER, cluster, quantity: '3' },
    { day: '2026-10-03', owner: OWNER, cluster, quantity: '7' },
    { day: '2026-11-21', owner: OWNER, user: MEMBER, cluster, quantity: '0.3', meter: 'ram_gb_hours' },
    { day: '2026-11-20', owner: OTHER, cluster, quantity: '5' },
    { day: '2026-09-20', owner: FORMER, cluster, quantity: '1' },
  ]);
});
afterAll(() => api?.close());

const read = async (id: string, query = '') => api.get(`/v1/accounts/${encodeURIComponent(id)}${query}`);
const send = async (method: 'POST' | 'PUT', path: string, payload: object) =>
  expect(
    (
      await api.app.inject({
        method,
        url: `/v1/accounts/${encodeURIComponent(OWNER)}${path}`,
        headers: { authorization: `Bearer ${TEST_KEY}` },
        payload,
      })
    ).statusCode,
  ).toBeLessThan(300);

it.each(['', '?month=2026-10', '?month=2026-11', '?month=2027-01'])('says what the list says: %s', async (query) => {
  const list = (await api.get(`/v1/accounts${query}`)).body;
  const { status, body } = await read(OWNER, query);
  expect(status).toBe(200);
  expect(body).toMatchObject(list.accounts.find(({ id }: { id: string }) => id === OWNER));
  expect([body.month, body.currency]).toEqual([list.month, 'USD']);
});

it('says how an account pays and where it is, as of now', async () => {
  expect((await read(OTHER)).body).toMatchObject({
    billingAddress: null,
    accountOwnerId: null,
    cluster: null,
    cap: null,
    creditLeft: '0.00',
    hasStripeCustomer: false,
  });
  await send('PUT', '/cap', { amount: '100' });
  await send('POST', '/grants', { amount: '50', validFrom: '2026-11-01', reason: 'paid ahead' });
  await send('PUT', '/stripe-customer', { stripeCustomerId: 'cus_1', from: '2026-12-01' });
  expect((await read(OWNER, '?month=2026-10')).body).toMatchObject({
    memberCount: 2,
    billingAddress: 'Engines Ltd\nLondon',
    cluster: { id: cluster, name: 'eu-1' },
    cap: '100.00',
    creditLeft: '50.00',
    hasStripeCustomer: true,
  });
});

it('knows a former owner in every month, and whose member they are', async () => {
  expect((await read(FORMER, '?month=2026-09')).body).toMatchObject({ total: '0.35', accountOwnerId: OWNER });
  expect((await read(FORMER)).body).toMatchObject({ total: '0.00', accountOwnerId: OWNER });
});

it.each([[MEMBER], ['auth0|nobody']])('is for accounts only: %s', async (id) => {
  expect(await read(id)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});

it('divides a month into a table whose parts are those of the totals, in one call', async () => {
  const days = 'from=2026-10-01&to=2026-12-01';
  const totals = async (groupBy: string) => (await read(OWNER, `/totals?${days}&groupBy=${groupBy}`)).body;
  const withoutQuantity = ({ quantity: _, ...group }: Json) => group;
  for (const by of ['user', 'project', 'cluster']) {
    const { status, body } = await read(OWNER, `/breakdown?${days}&by=${by}`);
    expect(status).toBe(200);
    const { groups: parts, ...sums } = await totals(by);
    expect(body).toMatchObject({ ...sums, parts });
    expect(body.meters).toEqual((await totals('meter')).groups.map(withoutQuantity));
    expect(body.cells).toEqual((await totals(`${by},meter`)).groups);
  }
  expect((await read(OWNER, `/breakdown?${days}`)).status).toBe(400);
  expect((await read(OWNER, `/breakdown?${days}&by=meter`)).status).toBe(400);
  expect((await read('auth0|nobody', `/breakdown?${days}&by=user`)).status).toBe(404);
});
