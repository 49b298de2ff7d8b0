import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { createVisitor, isSettled, NARROW, type Visitor } from './harness/open-page.ts';

let stack: DemoStack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startDemoStack();
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

const encode = encodeURIComponent;
const textOf = (page: Page) => page.locator('#view').innerText();

describe('an address that is wrong says so', () => {
  it.each([
    ['/accounts?month=2026-13', '“2026-13” is not a month.'],
    ['/?month=november', '“november” is not a month.'],
    ['/accounts/nobody/statements/2026-99', '“2026-99” is not a month.'],
  ])('%s', async (path, words) => {
    const page = await visitor.open(path);
    expect(await textOf(page)).toContain(words);
    expect(await page.locator('#view a').innerText()).toMatch(/^Show \w+ \d{4}$/);
  });

  it('where there is no view', async () => {
    const page = await visitor.open('/nothing/here', { expects: /404/ });
    expect(await textOf(page)).toContain('Page not found.');
  });

  it.each([
    ['/events/none?source=x', /source: expected urn:hopsworks:cluster:/],
    [
      `/events/none?source=${encode('urn:hopsworks:cluster:00000000-0000-4000-8000-000000000000')}`,
      /no event with this id/,
    ],
  ])('where there is no such event, and does not offer to try again: %s', async (path, words) => {
    const page = await visitor.open(path, { expects: /40[04]/ });
    expect(await textOf(page)).toMatch(words);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });
});

it('says that the device is offline, and goes on when it is back', async () => {
  const page = await visitor.open('/', { expects: /ERR_INTERNET_DISCONNECTED/ });
  // Loaded before: offline, no part of the page itself can be.
  await page.getByRole('link', { name: 'Accounts', exact: true }).click();
  await isSettled(page);
  await page.context().setOffline(true);
  await page.getByRole('button', { name: /^Earlier: / }).click();
  await page.getByText('You are offline').waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await isSettled(page);
  expect(await page.getByText('You are offline').count()).toBe(0);
});

it('shows moments in UTC and says so, whatever the clock of the reader', async () => {
  const { id, source } = stack.money.correctedEvent;
  const path = `/events/${encode(id)}?source=${encode(source)}`;
  const [west, east] = await Promise.all(
    ['America/Los_Angeles', 'Asia/Tokyo'].map(async (timezone) => textOf(await visitor.open(path, { timezone }))),
  );
  expect(west).toMatch(/Accepted \w+ \d+, \d{4}, \d+:\d\d:\d\d [AP]M UTC/);
  expect(east).toBe(west);
});

it('gives a meter the same colour in every account', async () => {
  const coloursOf = async (account: string) => {
    const page = await visitor.open(`/accounts/${encode(account)}?month=${stack.money.previousMonth}`);
    const entries = await page.locator('.legend li').all();
    return new Map(
      await Promise.all(
        entries.map(
          async (entry): Promise<[string, string | null]> => [
            await entry.innerText(),
            await entry.locator('.swatch').getAttribute('class'),
          ],
        ),
      ),
    );
  };
  const [one, other] = [await coloursOf(stack.money.correctedAccount), await coloursOf(stack.money.closedAccount)];
  const shared = [...one.keys()].filter((meter) => other.has(meter));
  expect(shared.length).toBeGreaterThan(1);
  for (const meter of shared) expect(other.get(meter)).toBe(one.get(meter));
  expect(new Set(one.values()).size).toBe(one.size);
});

it('shows the whole navigation on a phone', async () => {
  const page = await visitor.open('/', { viewport: NARROW });
  for (const link of await page.locator('.frame-views a').all()) {
    const box = await link.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? NARROW.width) <= NARROW.width).toBe(true);
  }
});
