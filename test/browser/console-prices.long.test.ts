import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { one } from '../harness/world.ts';
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

const encode = encodeURIComponent;

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<readonly T[]> {
  return (await stack.pipeline.pool.query<T>(sql, [...parameters])).rows;
}

/** Signs in as somebody whom the page offers, and waits for the prices. */
async function signIn(path: string, person: string, expects?: RegExp): Promise<Page> {
  const page = await visitor.open(path, { as: null, ...(expects === undefined ? {} : { expects }) });
  await page.getByRole('button', { name: person }).click();
  await page.getByRole('heading', { name: 'Prices', level: 1 }).waitFor();
  await isSettled(page);
  return page;
}

const dialogOf = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string | RegExp) => dialogOf(page).getByRole('button', { name }).click();

/** From the fields to what they would change. */
async function tryIt(page: Page): Promise<void> {
  await press(page, 'Show what it changes');
  await dialogOf(page).getByLabel('Reason').waitFor();
}

/** Applies what was tried, and waits until recorded usage has its new price. @returns the change's id. */
async function apply(page: Page, button: string, reason: string): Promise<string> {
  await dialogOf(page).getByLabel('Reason').fill(reason);
  await press(page, button);
  await dialogOf(page).waitFor({ state: 'detached' });
  await page.waitForURL(/\/prices\/changes\//);
  await page.getByText('Applied', { exact: true }).first().waitFor();
  return page.url().split('/').at(-1) ?? '';
}

describe('a price', () => {
  it('is changed for all: looked at, tried again when prices moved meanwhile, applied and re-rated', async () => {
    const { previousMonth, closedAccount } = stack.money;
    const page = await signIn('/prices', 'Billing admin', /(?:400|409).*v1\/price-changes/);
    await page.getByRole('button', { name: 'Change a price' }).click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('Meter').selectOption('cpu_hours');
    await dialog.getByLabel('Price (USD)').fill('-1');
    await dialog.getByLabel('First day').fill(`${previousMonth}-01`);
    await press(page, 'Show what it changes');
    expect(await dialog.locator('.field-error').innerText(), 'beside its field').toMatch(/expected/);
    await dialog.getByLabel('Price (USD)').fill('0.5');
    await photograph(page, 'prices-form');
    await tryIt(page);

    const change = {
      kind: 'set_rate',
      rateCardId: (await rowsOf<{ id: string }>('select id from hopsmeter.rate_cards'))[0]?.id,
      meter: 'cpu_hours',
      validFrom: `${previousMonth}-01`,
      price: '0.5',
    };
    const { forecast } = z
      .object({
        forecast: z.object({
          total: z.object({ difference: z.string(), adjustment: z.string() }),
          accounts: z.array(z.object({ accountName: z.string(), difference: z.string() })),
        }),
      })
      .parse(await stack.ask('/v1/price-changes', 'POST', { change, dryRun: true }));
    const shown = async (text: string) =>
      expect(await dialog.locator(`data[value="${text}"]`).count(), text).not.toBe(0);
    await shown(forecast.total.difference);
    await shown(forecast.total.adjustment);
    expect(forecast.total.adjustment, 'a closed month is affected').toMatch(/[1-9]/);
    for (const { accountName, difference } of forecast.accounts) {
      await dialog.getByRole('row', { name: accountName }).locator(`data[value="${difference}"]`).waitFor();
    }
    await photograph(page, 'prices-dry-run', { isWhole: false });
    expect.soft(await findBarriers(page)).toEqual([]);
    expect(await rowsOf('select from hopsmeter.price_changes'), 'nothing has changed yet').toEqual([]);

    await stack.ask('/v1/price-changes', 'POST', {
      change: {
        kind: 'set_override',
        accountOwnerId: closedAccount,
        override: { kind: 'discount', discountPercent: '1' },
        validFrom: '2099-01-01',
      },
      reason: 'meanwhile',
    });
    await dialog.getByLabel('Reason').fill('agreed for the new year');
    await press(page, 'Apply the change');
    await dialog.getByText('This is a new dry run').waitFor();
    const id = await apply(page, 'Apply the change', 'agreed for the new year');

    expect(
      await rowsOf(
        `select status, reason, created_by, applied_at is not null as is_applied
      from hopsmeter.price_changes where id = $1`,
        [id],
      ),
    ).toEqual([
      {
        status: 'applied',
        reason: 'agreed for the new year',
        created_by: 'development|billing-admin',
        is_applied: true,
      },
    ]);
    const prices = `select distinct price::text as price from hopsmeter.usage_daily
      where meter = 'cpu_hours' and usage_date >= $1::date and account_owner_id <> $2 order by 1`;
    expect(await rowsOf(prices, [`${previousMonth}-01`, closedAccount])).toEqual([{ price: '0.500000000000' }]);
    await page.reload();
    await page.getByText('All recorded usage has its new price').waitFor();
    await photograph(page, 'price-change');
    const [{ sum }] = z
      .tuple([z.object({ sum: z.string() })])
      .parse(await rowsOf('select cost_difference::text as sum from hopsmeter.price_changes where id = $1', [id]));
    await page.locator(`data[value="${sum}"]`).waitFor();
  });

  it('shows how far its re-rating is, also after the page is loaded again, until it is done', async () => {
    const [{ id }] = z
      .tuple([z.object({ id: z.string() })])
      .parse(await rowsOf(`select id from hopsmeter.price_changes where change ->> 'kind' = 'set_rate' limit 1`));
    const change = z.record(z.string(), z.unknown()).parse(await stack.ask(`/v1/price-changes/${id}`));
    let isApplying = true;
    const page = await visitor.open(`/prices/changes/${id}`, {
      prepare: (opened) =>
        opened.route(`**/v1/price-changes/${id}`, (route) =>
          isApplying
            ? route.fulfill({
                json: { ...change, status: 'applying', nextDay: `${stack.money.previousMonth}-16`, appliedAt: null },
              })
            : route.fallback(),
        ),
    });
    for (const look of ['first', 'again']) {
      const bar = page.getByRole('progressbar');
      await bar.waitFor();
      expect(await bar.getAttribute('value'), look).toBe('15');
      if (look === 'first') await page.reload();
    }
    await photograph(page, 'price-change-applying');
    isApplying = false;
    await page.getByText('All recorded usage has its new price').waitFor();
  });

  it('is taken back, and the one before it holds on', async () => {
    const page = await signIn('/prices?days=all', 'Billing admin');
    const row = page.getByRole('row', { name: /cpu_hours.*\$0\.50/ });
    await row.getByRole('button', { name: /^Withdraw/ }).click();
    await tryIt(page);
    await apply(page, 'Withdraw the price', 'entered by mistake');
    expect(await rowsOf(`select from hopsmeter.rates where meter = 'cpu_hours' and withdrawn_at is null`)).toHaveLength(
      1,
    );
    const prices = `select distinct price::text as price from hopsmeter.usage_daily
      where meter = 'cpu_hours' and account_owner_id <> $1`;
    expect(await rowsOf(prices, [stack.money.closedAccount])).toEqual([{ price: '0.350000000000' }]);
    await page.getByRole('link', { name: 'Price changes' }).click();
    await isSettled(page);
    expect(await page.locator('tbody').innerText()).toMatch(
      /withdrawn[\s\S]*entered by mistake[\s\S]*agreed for the new year/,
    );
    await photograph(page, 'prices-changes');
  });

  it('of one account is a discount with its days, is ended and is taken back', async () => {
    const account = stack.money.cappedAccount;
    const page = await signIn('/prices?look=accounts', 'Billing admin');
    await page.getByLabel('Account', { exact: true }).fill(account);
    await page.locator('.field-hint', { hasText: 'Nils Aker' }).waitFor();
    await page.getByRole('button', { name: 'Show its prices' }).click();
    await page.getByRole('heading', { name: 'What the account pays' }).waitFor();
    await page.getByRole('button', { name: 'Give a discount' }).click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('Discount in percent').fill('12.5');
    await dialog.getByLabel('First day').fill(`${stack.money.month}-01`);
    await dialog.getByLabel(/^Last day/).fill('2099-12-31');
    await tryIt(page);
    await apply(page, 'Apply the change', 'agreed with the customer');
    const overrides = `select trim_scale(discount_percent)::text as discount, valid_to::text,
      withdrawn_at is not null as is_withdrawn from hopsmeter.price_overrides where account_owner_id = $1`;
    expect(await rowsOf(overrides, [account])).toEqual([
      { discount: '12.5', valid_to: '2100-01-01', is_withdrawn: false },
    ]);

    await page.getByRole('button', { name: 'End it' }).click();
    await dialog.getByLabel('Last day').fill('2099-06-30');
    await tryIt(page);
    await apply(page, 'Set the last day', 'the contract ends earlier');
    expect(await rowsOf(overrides, [account])).toMatchObject([{ valid_to: '2099-07-01' }]);

    await page.goto(`${stack.url}/prices?account=${encode(account)}`);
    await isSettled(page);
    await photograph(page, 'prices-account');
    expect(await page.locator('table').first().innerText()).toMatch(/0\.30625[\s\S]*less a discount/);
    await page.getByRole('button', { name: /^Withdraw: 12\.5% off all meters/ }).click();
    await tryIt(page);
    await apply(page, 'Withdraw it', 'never signed');
    expect(await rowsOf(overrides, [account])).toMatchObject([{ is_withdrawn: true }]);
  });

  it('of a new meter has tiers, on a new card that an account is put on', async () => {
    const page = await signIn('/prices?look=meters', 'Billing admin');
    await page.getByRole('button', { name: 'Add a meter' }).click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('Name in events').fill('model_calls');
    await dialog.getByLabel('Unit', { exact: true }).fill('call');
    await dialog.getByLabel('What is measured').fill('Calls of a model');
    await press(page, 'Add the meter');
    await dialog.getByLabel('Price model').selectOption('graduated');
    expect(await dialog.getByLabel('Meter').inputValue(), 'goes on to its price').toBe('model_calls');
    await press(page, 'Add a tier');
    await dialog.getByLabel('Tier 1: up to unit').fill('1000');
    await dialog.getByLabel('Tier 1: price').fill('0.02');
    await dialog.getByLabel('Tier 2: price').fill('0.01');
    await photograph(page, 'prices-tiers', { isWhole: false });
    await tryIt(page);
    await apply(page, 'Apply the change', 'a new product');
    expect(await rowsOf(`select model, tiers from hopsmeter.rates where meter = 'model_calls'`)).toMatchObject([
      { model: 'graduated', tiers: [{ upTo: '1000', price: '0.02' }, { price: '0.01' }] },
    ]);

    await page.goto(`${stack.url}/prices`);
    await page.getByRole('button', { name: 'Add a rate card' }).click();
    await dialog.getByLabel('Name').fill('partners');
    await dialog.getByLabel('USD of one credit').fill('0.25');
    await press(page, 'Add the rate card');
    await page.getByRole('heading', { name: 'Rate card partners' }).waitFor();
    expect(await page.getByText('No price').count()).toBeGreaterThan(5);
    await photograph(page, 'prices-empty-card');
    expect(await rowsOf(`select credit_usd::text from hopsmeter.rate_cards where name = 'partners'`)).toHaveLength(1);
  });

  it('is for billing admins to change, for billing staff to look at, and for nobody else', async () => {
    const staff = await signIn('/prices', 'Billing staff');
    for (const look of ['', '?look=accounts', '?look=changes', '?look=meters']) {
      await staff.goto(`${stack.url}/prices${look}`);
      await isSettled(staff);
      const buttons = await staff.locator('#view').getByRole('button').allInnerTexts();
      expect(buttons.filter((text) => /change a price|withdraw|add|new price|set the meter|^end/i.test(text))).toEqual(
        [],
      );
    }
    const { id } = one((await rowsOf<{ id: string }>(`select id from hopsmeter.price_changes limit 1`)).slice(0, 1));
    await staff.goto(`${stack.url}/prices/changes/${id}`);
    await isSettled(staff);
    expect(await staff.getByRole('button', { name: /withdraw|end it/i }).count()).toBe(0);
    const owner = await visitor.open('/prices', { as: stack.money.cappedAccount });
    expect(await owner.locator('h1').innerText()).not.toBe('Prices');
  });

  it('is readable narrow and dark, without barriers', async () => {
    const page = await signIn('/prices', 'Billing admin');
    for (const look of ['rates', 'accounts', 'changes', 'meters']) {
      await page.goto(`${stack.url}/prices?look=${look}`);
      await isSettled(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      await photograph(page, `prices-${look}`);
      expect.soft(await findBarriers(page), look).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await photograph(page, `prices-${look}-dark`);
      expect.soft(await findBarriers(page), `${look} dark`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(NARROW);
      await isSettled(page);
      expect.soft(await page.evaluate('scrollTo(1_000, 0), scrollX'), look).toBe(0);
      await photograph(page, `prices-${look}-narrow`);
    }
  });
});
