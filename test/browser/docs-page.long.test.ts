import { createApiApp } from '@hopsmeter/api';
import { createPool } from '@hopsmeter/db';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVisitor, photograph, type Visitor } from './harness/open-page.ts';

const KEY = 'service-role-key-of-the-docs-page-test-0123456789';

let app: HttpApp;
let visitor: Visitor;

beforeAll(async () => {
  // Nobody is there: what is tried out gets a 503, which is an answer too.
  const pool = createPool({ url: 'postgres://127.0.0.1:1/none', connectionsMax: 1, onIdleError: () => undefined });
  const shell = await createApiApp({
    pool,
    logger: createLogger({ name: 'api', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: KEY,
    now: () => Date.now() * 1_000,
  });
  app = shell.app;
  visitor = await createVisitor(await app.listen({ port: 0, host: '127.0.0.1' }));
});

afterAll(async () => {
  await visitor?.close();
  await app?.close();
});

/** What is no view of ours, and has no sign-in. */
const open = (expects?: RegExp) =>
  visitor.open('/docs', { as: null, prepare: async () => undefined, ...(expects === undefined ? {} : { expects }) });

it('shows every operation, by nothing but files of ours, and the browser has nothing to complain about', async () => {
  const page = await open();
  await page.locator('.opblock').first().waitFor();
  const { paths } = (await app.inject('/openapi.json')).json();
  const count = Object.values(paths).reduce((sum: number, methods) => sum + Object.keys(Object(methods)).length, 0);
  expect(await page.locator('.opblock').count()).toBe(count);
  await photograph(page, 'docs', { isWhole: false });
  await page.locator('.opblock-summary', { hasText: '/v1/accounts/{id}/totals' }).click();
  await page.getByText('The account owner').first().waitFor();
  await page.getByText('RATE_LIMITED').first().waitFor();
  await photograph(page, 'docs-operation', { isWhole: true });
});

it('sends a request with a key that is typed in, and keeps the key nowhere', async () => {
  const page = await open(/503/);
  await page.locator('button.authorize').first().click();
  await page.locator('.auth-container input').fill(KEY);
  await page.locator('.auth-container button.authorize').click();
  await page.locator('.auth-container button.btn-done').click();
  await page.locator('.opblock-summary', { hasText: /^GET\/v1\/pipeline/ }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  const asked = page.waitForRequest(/\/v1\/pipeline/);
  await page.getByRole('button', { name: 'Execute' }).click();
  expect((await asked).headers().authorization).toBe(`Bearer ${KEY}`);
  await page.locator('.live-responses-table').getByText('NOT_READY').first().waitFor();
  expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')).toBe(
    '[{},{},""]',
  );
});
