import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { findBarriers } from './harness/find-barriers.ts';
import { createVisitor, isSettled, NARROW, photograph, type Visitor } from './harness/open-page.ts';

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

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor();
const pathOf = (page: Page): string => page.url().slice(stack.url.length);

/** Signs in as a person would. */
async function signIn(path: string, person: string | RegExp): Promise<Page> {
  const page = await visitor.open(path, { as: null });
  await page.getByRole('button', { name: person }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
  await isSettled(page);
  return page;
}

describe('the search', () => {
  const field = (page: Page) => page.getByRole('combobox', { name: /^Search for/ });

  /** Searches by keyboard alone, and opens the first that is found. */
  async function searchFor(page: Page, keys: string, text: string, found: string | RegExp): Promise<void> {
    await page.keyboard.press(keys);
    await field(page).waitFor();
    await page.keyboard.type(text);
    await page.getByRole('option', { name: found, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await field(page).waitFor({ state: 'detached' });
    await isSettled(page);
  }

  it('leads staff to an account, a receipt and a view without a mouse', async () => {
    const page = await signIn('/', /Billing staff/);
    await searchFor(page, 'Control+k', 'nils', /^Nils Aker/);
    await heading(page, 'Nils Aker');
    const { id } = stack.money.correctedEvent;
    await searchFor(page, '/', id, id);
    await heading(page, 'Receipt');
    await page.getByText('Astrid Berg').first().waitFor();
    await searchFor(page, '/', 'webhook', 'Webhooks Operations');
    await heading(page, 'Webhooks');
  });

  it('chooses by arrow keys and closes by Escape, and finds an event of any source', async () => {
    const page = await visitor.open('/');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.keyboard.type('a');
    await page.getByRole('group', { name: 'Accounts' }).waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('status')
          .filter({ hasText: /\d+ found/ })
          .count(),
      )
      .toBe(1);
    const options = await page.getByRole('option').allInnerTexts();
    expect(options.length).toBeGreaterThan(6);
    const chosen = () => page.locator('[role="option"][aria-selected="true"]').innerText();
    expect(await chosen()).toBe(options[0]);
    await page.keyboard.press('ArrowDown');
    await expect.poll(chosen).toBe(options[1]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect.poll(chosen).toBe(options.at(-1));
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await photograph(page, `search-${colorScheme}`, { isWhole: false });
      expect.soft(await findBarriers(page), `search ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize(NARROW);
    expect(await page.evaluate('scrollTo(1_000, 0), scrollX')).toBe(0);
    await photograph(page, 'search-narrow', { isWhole: false });
    await page.keyboard.press('Escape');
    await field(page).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Search');
    expect(pathOf(page)).toBe('/');
  });

  it('writes a slash where something is being written, and opens nothing then', async () => {
    const page = await visitor.open('/accounts');
    await page.getByRole('searchbox').fill('a');
    await page.keyboard.press('/');
    expect(await page.getByRole('searchbox').inputValue()).toBe('a/');
    expect(await field(page).count()).toBe(0);
  });

  it('is not there for an account owner', async () => {
    const page = await signIn('/', /Nils Aker/);
    await heading(page, 'Nils Aker');
    expect(await page.getByRole('button', { name: 'Search' }).count()).toBe(0);
    await page.keyboard.press('Control+k');
    expect(await field(page).count()).toBe(0);
  });
});
