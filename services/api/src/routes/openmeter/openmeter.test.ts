import { schema } from '@hopsmeter/db';
import { addCluster, addUsage, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const OWNER = 'auth0|owner';
const OTHER = 'auth0|other';

let issuer: TestIssuer;
let api: TestApi;

beforeAll(async () => {
  issuer = await startTestIssuer();
  api = await startTestApi({ people: issuer });
  await api.tables.insert(schema.users).values([{ id: OWNER }, { id: OTHER }]);
  const cluster = await addCluster(api.tables, 'east');
  const row = { day: '2026-11-20', cluster };
  await addUsage(api.tables, [
    { ...row, owner: OWNER, quantity: '1.000000000001' },
    { ...row, owner: OTHER, quantity: '20' },
    { ...row, owner: OTHER, day: '2026-11-21', quantity: '300' },
  ]);
});

afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

async function query(user: string, parameters: string, permissions: readonly string[] = []) {
  const authorization = `Bearer ${await issuer.sign({ sub: user, permissions })}`;
  const url = `/api/v1/meters/cpu_hours/query?from=2026-11-01&to=2026-12-01&${parameters}`;
  const answer = await api.app.inject({ url, headers: { authorization } });
  return {
    status: answer.statusCode,
    values: answer.json().data?.map((value: { valueDecimal: string }) => value.valueDecimal),
  };
}

it('shows an owner the own usage only, whoever is asked for', async () => {
  expect(await query(OWNER, '')).toEqual({ status: 200, values: ['1.000000000001'] });
  expect(await query(OWNER, `subject=${encodeURIComponent(OTHER)}`)).toEqual({ status: 200, values: [] });
});

it('shows staff everything, in windows', async () => {
  const permissions = ['billing:read'];
  expect((await query('auth0|staff', 'windowSize=DAY', permissions)).values).toEqual([
    '21.000000000001',
    '300.000000000000',
  ]);
  expect((await query('auth0|staff', 'windowSize=MONTH', permissions)).values).toEqual(['321.000000000001']);
  expect((await query('auth0|staff', 'groupBy=account_owner_id', permissions)).values).toHaveLength(2);
});
