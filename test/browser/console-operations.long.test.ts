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
    expect(await page.evaluate('document.activeElement.innerText')).toMatch(/^Search/);
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

describe('health', () => {
  it('says what to do about what is not well, and leads there', async () => {
    const { pool } = stack.pipeline;
    const page = await signIn('/operations', /Billing staff/);
    await heading(page, 'Health');
    for (const name of ['Workers', 'Backlog', 'Ledger and totals', 'Parked events', 'Cluster reports', 'Webhooks'])
      await page.getByRole('heading', { name, level: 3 }).waitFor();
    await page.getByText('Open Parked events: each reason names what helps.').waitFor();
    await photograph(page, 'operations');
    await pool.query(`insert into hopsmeter.stripe_remittances
      (account_owner_id, stripe_customer_id, meter, event_name, month, sequence, value, cumulative_after, usage_total,
       status, created_at, attempts, uncertain_since, stamped_at)
      values ('auth0|tara-quinn', 'cus_a', 'cpu_hours', 'hopsmeter_cpu_hours', '2026-01-01', 1, 1, 1, 1, 'uncertain',
        now(), 1, now(), now())`);
    await page.getByText('1 meter event waits for a person: 1 uncertain.').waitFor();
    await page.getByRole('link', { name: 'auth0|tara-quinn (1)' }).waitFor();
    await pool.query("delete from hopsmeter.stripe_remittances where stripe_customer_id = 'cus_a'");
  });
});

describe('reconciliation', () => {
  it('is requested for days, shows what differs, and is repaired with a reason', async () => {
    const { pool } = stack.pipeline;
    const [row] = (
      await pool.query<{ id: string; day: string; quantity: string }>(
        `update hopsmeter.usage_daily set quantity = quantity + 1 where id = (
           select id from hopsmeter.usage_daily
           where booked_on = usage_date and usage_date >= date_trunc('month', now())::date order by usage_date limit 1)
         returning id, usage_date::text as day, (quantity - 1)::text as quantity`,
      )
    ).rows;
    const page = await signIn('/operations/reconciliations', /Billing admin/);
    await heading(page, 'Reconciliation');
    await page.getByRole('button', { name: 'Compare days' }).click();
    await page.getByLabel('First day').fill(row?.day ?? '');
    await page.getByLabel('Last day').fill(row?.day ?? '');
    await page.getByRole('button', { name: 'Compare them' }).click();
    await heading(page, 'Comparison of ledger and totals');
    await page.getByText('Rows differ', { exact: true }).waitFor({ timeout: 60_000 });
    await photograph(page, 'reconciliation');
    expect.soft(await findBarriers(page)).toEqual([]);
    await page.getByRole('cell', { name: 'Other usage' }).waitFor();
    await page.getByRole('button', { name: 'Repair', exact: true }).click();
    const repair = page.getByRole('dialog').getByRole('button', { name: 'Repair' });
    expect(await repair.isDisabled(), 'asks for a reason').toBe(true);
    await page.getByLabel('Reason').fill('a script wrote it');
    await repair.click();
    await page.getByRole('heading', { name: 'Repaired' }).waitFor();
    const repaired = await pool.query('select quantity::text from hopsmeter.usage_daily where id = $1', [row?.id]);
    expect(repaired.rows).toEqual([{ quantity: row?.quantity }]);
    const audited = await pool.query(
      "select reason from hopsmeter.audit_log where action = 'repair_usage_daily' and actor_kind = 'staff'",
    );
    expect(audited.rows).toEqual([{ reason: 'a script wrote it' }]);
  });

  it('is only looked at by staff', async () => {
    const page = await signIn('/operations/reconciliations', /Billing staff/);
    await heading(page, 'Reconciliation');
    expect(await page.getByRole('button', { name: 'Compare days' }).count()).toBe(0);
    await page.getByRole('row').nth(1).getByRole('link').click();
    await heading(page, 'Comparison of ledger and totals');
    await isSettled(page);
    expect(await page.getByRole('button', { name: 'Repair' }).count()).toBe(0);
  });
});

describe('the audit log', () => {
  it('is filtered by account, by what, by who and by days, and shows before and after', async () => {
    await stack.ask('/v1/users/auth0%7Cnils-aker', 'PATCH', { name: 'Nils Åker' });
    const page = await signIn('/operations/audit-log', /Billing staff/);
    await heading(page, 'Audit log');
    await page.getByLabel(/^Account/).fill('auth0|tara-quinn');
    await page.locator('.field-hint', { hasText: 'Tara Quinn, tara.quinn@example.com' }).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('account')).toBe('auth0|tara-quinn');
    await isSettled(page);
    await expect.poll(() => page.getByRole('cell', { name: /^Month closed/ }).count()).toBe(1);
    expect(await page.getByRole('cell', { name: /nils-aker/ }).count()).toBe(0);
    await page.getByLabel(/^What/).selectOption({ label: 'Credit granted' });
    await isSettled(page);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.reload();
    await isSettled(page);
    expect(await page.getByRole('row').count(), 'the address holds the filters').toBe(2);

    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.getByLabel(/^What/).selectOption({ label: 'User changed' });
    const change = page.getByRole('row', { name: /^[^\n]*User changed\s*auth0\|nils-aker/ });
    await change.locator('summary').click();
    await expect.poll(() => change.getByRole('row', { name: /^name/ }).innerText()).toMatch(/Nils Aker\s+Nils Åker/);
    await photograph(page, 'audit-log');
    expect.soft(await findBarriers(page)).toEqual([]);
    await page.getByLabel(/^Until/).fill('2020-01-01');
    await page.getByText('No change matches.').waitFor();
  });
});

describe('webhooks', () => {
  it('are created with a secret that is shown once, and disabled; a dead delivery is retried', async () => {
    const { pool } = stack.pipeline;
    const page = await signIn('/operations/webhooks', /Billing admin/);
    await page.getByRole('button', { name: 'Create a webhook' }).click();
    await page.getByLabel(/^URL/).fill('https://hooks.example.com/billing');
    await page.getByLabel(/^Account/).fill('auth0|nils-aker');
    await page.getByRole('button', { name: 'Create the webhook' }).click();
    await page.getByText('cannot be shown again').waitFor();
    const secret = await page.getByRole('region', { name: 'secret' }).innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('link', { name: 'https://hooks.example.com/billing' }).click();
    await heading(page, 'Webhook');
    expect(await page.locator('body').innerText()).not.toContain(secret);

    const find = "select id, disabled_at from hopsmeter.webhook_endpoints where url like '%hooks.example.com%'";
    const [webhook] = (await pool.query<{ id: string }>(find)).rows;
    await pool.query(
      `with alert as (
         insert into hopsmeter.spending_alerts (account_owner_id, month, threshold, cap, spent)
         values ('auth0|nils-aker', '2020-01-01', 80, 1, 2) returning id
       )
       insert into hopsmeter.webhook_deliveries
         (spending_alert_id, webhook_endpoint_id, attempts, last_attempt_at, next_attempt_at, dead_at, last_error)
       select id, $1, 9, now(), null, now(), 'no answer in time' from alert`,
      [webhook?.id],
    );
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('The delivery is retried within seconds.').waitFor();
    const left = async () =>
      (
        await pool.query('select dead_at from hopsmeter.webhook_deliveries where webhook_endpoint_id = $1', [
          webhook?.id,
        ])
      ).rows;
    expect(await left()).toEqual([{ dead_at: null }]);

    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Disable the webhook' }).click();
    await page.getByText('The webhook is disabled.').waitFor();
    expect((await pool.query(find)).rows).toEqual([{ id: webhook?.id, disabled_at: expect.any(Date) }]);
  });

  it('are only looked at by staff', async () => {
    const page = await signIn('/operations/webhooks', /Billing staff/);
    await page.getByRole('link', { name: /hooks\.example\.com/ }).click();
    await heading(page, 'Webhook');
    await isSettled(page);
    expect(await page.getByRole('button', { name: /Disable|Retry now|Create/ }).count()).toBe(0);
  });
});
