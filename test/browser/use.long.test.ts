import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordUsage } from '../support/db/test-database.ts';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { createVisitor, isSettled, type Visitor } from './harness/open-page.ts';
import { tabTo } from './harness/read-page.ts';

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
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor();
const pathOf = (page: Page): string => page.url().slice(stack.url.length);

describe('without a mouse', () => {
  it('goes from the overview to a receipt by Tab, arrows and Enter, and sees where one is', async () => {
    const page = await visitor.open('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Astrid Berg$/);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await heading(page, 'Astrid Berg');
    expect(await page.evaluate('document.activeElement.tagName'), 'the focus follows to the view').toBe('H1');
    await isSettled(page);

    await tabTo(page, /^Cost by day and meter/);
    // The first press chooses the last day of the month; the first day has usage whenever this runs.
    for (let day = 0; day <= 31; day++) await page.keyboard.press('ArrowLeft');
    expect(await page.locator('.chart [aria-live]').innerText()).toMatch(/ 1, .+: \$\d/);
    await page.keyboard.press('Enter');
    await heading(page, 'Events');
    await isSettled(page);
    expect(new URL(page.url()).searchParams.get('from')).toBe(`${stack.money.month}-01`);

    await tabTo(page, /^(compute|opencost|now|storage|network|hopsworks)/);
    await page.keyboard.press('Enter');
    await heading(page, 'Receipt');
  });

  it('changes the colours, the month and the order of a table', async () => {
    const page = await visitor.open('/accounts');
    await tabTo(page, /^Colours: as the system/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await tabTo(page, /^Earlier: /);
    await page.keyboard.press('Enter');
    expect(pathOf(page)).toBe(`/accounts?month=${stack.money.previousMonth}`);
    await isSettled(page);
    await tabTo(page, /^Account\s*↕/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('th[aria-sort="ascending"]').innerText()).toMatch(/^Account/);
    await page.reload();
    await isSettled(page);
    expect(await page.evaluate('document.documentElement.dataset.theme'), 'is remembered').toBe('dark');
    expect(await page.locator('th[aria-sort="ascending"]').innerText()).toMatch(/^Account/);
  });
});

describe('an address', () => {
  it('shows the same view again when it is loaded again, and the one before after the back button', async () => {
    const { month, previousMonth, correctedEvent, closedAccount } = stack.money;
    const page = await visitor.open('/');
    const addresses = [
      `/accounts?month=${previousMonth}&sort=name&q=a`,
      `/accounts/${encode(closedAccount)}?month=${previousMonth}&by=meter`,
      `/accounts/${encode(closedAccount)}/statements/${previousMonth}`,
      `/events?account=${encode(closedAccount)}&from=${month}-01&meter=cpu_hours`,
      `/events/${encode(correctedEvent.id)}?source=${encode(correctedEvent.source)}`,
      '/parked?reason=conflict',
    ];
    const texts: string[] = [];
    for (const address of addresses) {
      await page.goto(stack.url + address);
      await isSettled(page);
      const text = await viewText(page);
      texts.push(text);
      await page.reload();
      await isSettled(page);
      expect(pathOf(page)).toBe(address);
      expect(await viewText(page)).toBe(text);
    }
    for (const [place, address] of [...addresses.entries()].reverse().slice(1)) {
      await page.goBack();
      await isSettled(page);
      expect(pathOf(page)).toBe(address);
      expect(await viewText(page)).toBe(texts[place]);
    }
  });

  it('waits for the sign-in and is shown after it', async () => {
    const page = await visitor.open('/parked?reason=conflict', { as: null });
    await heading(page, 'Sign in');
    await page.getByRole('button', { name: 'Billing staff' }).click();
    await heading(page, 'Parked events');
    expect(pathOf(page)).toBe('/parked?reason=conflict');
    expect(await page.getByRole('button', { name: 'Retry' }).count(), 'staff may look, not decide').toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await page.goBack();
    await heading(page, 'Sign in');
  });
});

/** What the view says, without how long ago things were. */
async function viewText(page: Page): Promise<string> {
  const text = await page.locator('#view').innerText();
  return text.replaceAll(/\d+ (?:second|minute)s? ago|now/g, 'a moment ago');
}

describe('an account owner', () => {
  it('sees the own account and nothing of others', async () => {
    const owner = 'auth0|nils-aker';
    const page = await visitor.open('/', { as: owner, expects: /403/ });
    await heading(page, 'Nils Aker');
    expect(await page.getByRole('navigation', { name: 'Views' }).innerText()).not.toContain('Parked');
    for (const path of [
      `/accounts/${encode('auth0|astrid-berg')}`,
      `/accounts/${encode('auth0|astrid-berg')}/statements/${stack.money.month}`,
      `/events?account=${encode('auth0|astrid-berg')}`,
      '/accounts',
      '/parked',
    ]) {
      await page.goto(stack.url + path);
      await isSettled(page);
      expect(await page.locator('body').innerText()).not.toMatch(/Astrid Berg|Bela Kovacs|churn|left-over/);
    }
    const { correctedEvent } = stack.money;
    const receipt = await visitor.open(`/events/${encode(correctedEvent.id)}?source=${encode(correctedEvent.source)}`, {
      as: owner,
      expects: /404/,
    });
    expect(await receipt.locator('[role="alert"]').innerText()).toContain('NOT_FOUND');
  });
});

describe('when there is no answer yet, none, or nothing in it', () => {
  it('says that nothing matches, and that an account has no usage', async () => {
    await stack.ask('/v1/users', 'POST', { id: 'auth0|new-here', name: 'New Here' });
    const page = await visitor.open('/accounts?q=nobody-of-this-name');
    await page.getByText('No account matches “nobody-of-this-name”.').waitFor();
    await page.goto(`${stack.url}/accounts/${encode('auth0|new-here')}`);
    await page.getByText('No usage in this month.').first().waitFor();
    await isSettled(page);
    await page.goto(`${stack.url}/events?account=${encode('auth0|new-here')}`);
    await page.getByText('Nothing that matches was used on these days.').waitFor();
  });

  it('says what is being loaded until it is there', async () => {
    let answer = (): void => undefined;
    const isAllowed = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const page = await visitor.open('/accounts', {
      prepare: (opened) => opened.route('**/v1/accounts?*', (route) => isAllowed.then(() => route.continue())),
    });
    const loading = page.getByRole('status').filter({ hasText: 'Loading the accounts' });
    await loading.waitFor();
    expect(await page.locator('#view').innerText()).not.toContain('$');
    answer();
    await page.getByRole('link', { name: 'Astrid Berg' }).waitFor();
    expect(await loading.count()).toBe(0);
  });

  // The last one: afterwards the services have to find their database again.
  it('says that the api has no database, and shows the view when it is back and asked again', async () => {
    const page = await visitor.open('/', { expects: /503/ });
    await stack.pipeline.postgres.kill('SIGINT');
    await page.getByRole('link', { name: 'Parked events' }).first().click();
    const problem = page.getByRole('alert').filter({ hasText: 'NOT_READY' }).first();
    await problem.waitFor({ timeout: 30_000 });
    await stack.pipeline.postgres.restart();
    await expect
      .poll(
        async () => {
          const again = page.getByRole('alert').getByRole('button', { name: 'Try again' }).first();
          if (await again.isVisible()) await again.click();
          return page.getByRole('alert').count();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(0);
    await page.getByRole('link', { name: 'collector-fault/routing' }).waitFor();
  });
});

describe('a user whose id has every odd character', () => {
  const id = `ad|CORP\\o'brien {a}/../b?c=d&e#f%25 !*"ünï`;

  it('has an account, a statement, events and a receipt, by links and by address', async () => {
    const { id: clusterId } = z
      .object({ id: z.string() })
      .parse(await stack.ask('/v1/clusters', 'POST', { name: 'odd', maxUsers: 1 }));
    await stack.ask('/v1/users', 'POST', { id });
    await stack.ask(`/v1/users/${encode(id)}/assignment`, 'POST', { clusterId });
    const start = Date.parse(`${stack.money.month}-01T00:00:00Z`) * 1_000;
    const usage = { id: 'odd/event?', clusterId, subject: id, start, end: start + 1_000_000, quantity: '2' };
    expect(await recordUsage(stack.pipeline.pool, [usage])).toMatchObject({ counted: 1 });

    const page = await visitor.open(`/accounts?q=${encode(id)}`);
    await page.getByRole('link', { name: id, exact: true }).first().click();
    await heading(page, id);
    await isSettled(page);
    expect(pathOf(page)).toContain(`/accounts/${encode(id)}`);
    await page.reload();
    await heading(page, id);
    await page
      .getByRole('link', { name: /draft statement/i })
      .first()
      .click();
    await page.getByText('$0.70').first().waitFor();
    await page.reload();
    await page.getByText('$0.70').first().waitFor();
    const { month } = stack.money;
    await page.goto(`${stack.url}/events?account=${encode(id)}&user=${encode(id)}&from=${month}-01&to=${month}-02`);
    await page.getByRole('link', { name: 'odd/event?' }).first().click();
    await heading(page, 'Receipt');
    await page.getByText(`The event named the user ${id}`).waitFor();
  });
});
