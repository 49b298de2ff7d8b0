import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readTable } from '../exports/read-csv.ts';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { findBarriers } from './harness/find-barriers.ts';
import { createVisitor, isSettled, NARROW, photograph, type Visitor } from './harness/open-page.ts';
import { exact } from './harness/read-page.ts';

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
const ASTRID = 'auth0|astrid-berg';
const NILS = 'auth0|nils-aker';

const statementSchema = z.object({ number: z.number(), total: z.string() });

/** The final statement of the month before, as the database has it. */
async function statementOf(account: string) {
  const { rows } = await stack.pipeline.pool.query<object>(
    'select number, total::text from hopsmeter.statements where account_owner_id = $1 and month = $2::date',
    [account, `${stack.money.previousMonth}-01`],
  );
  return rows[0] === undefined ? undefined : statementSchema.parse(rows[0]);
}

async function reasonOf(account: string): Promise<unknown> {
  const { rows } = await stack.pipeline.pool.query<{ reason: string | null }>(
    `select reason from hopsmeter.audit_log
      where action = 'close_month' and after ->> 'accountOwnerId' = $1 order by happened_at desc limit 1`,
    [account],
  );
  return rows[0]?.reason;
}

async function signIn(path: string, person: string): Promise<Page> {
  const page = await visitor.open(path, { as: null });
  await page.getByRole('button', { name: person }).click();
  await page.getByRole('navigation').first().waitFor();
  await isSettled(page);
  return page;
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
const rowOf = (page: Page, table: string, account: string) =>
  page.getByRole('region', { name: `${table} (table)` }).getByRole('row', { name: account });

describe('a month', () => {
  it('is looked at by billing staff, who close nothing, and by nobody else', async () => {
    const { previousMonth, cappedAccount } = stack.money;
    const page = await signIn('/months', 'Billing staff');
    await photograph(page, 'months');
    expect.soft(await findBarriers(page)).toEqual([]);
    await page.locator(`a[href="/months/${previousMonth}"]`).click();
    await isSettled(page);
    await rowOf(page, 'Accounts', 'Tara Quinn').getByText('Closed').waitFor();
    expect(await page.getByRole('button', { name: /^(?:dry run|close )/i }).count()).toBe(0);
    expect(await page.locator('#view input[type=checkbox]').count()).toBe(0);
    const owner = await visitor.open(`/months/${previousMonth}`, { as: cappedAccount });
    expect(await owner.locator('body').innerText()).not.toContain('Tara Quinn');
  });

  it('says who is ready, who would be refused and why, each with the way to what helps', async () => {
    const page = await visitor.open(`/months/${stack.money.previousMonth}`);
    const { accounts } = z
      .object({
        accounts: z.array(
          z.object({ accountName: z.string(), state: z.string(), total: z.string(), totalExact: z.string() }),
        ),
      })
      .parse(await stack.ask(`/v1/months/${stack.money.previousMonth}`));
    expect(accounts.length).toBeGreaterThan(2);
    const texts = { closed: 'Closed', ready: 'Ready', refused: 'Refused' } as const;
    for (const { accountName, state, totalExact } of accounts) {
      const row = rowOf(page, 'Accounts', accountName);
      expect(await row.innerText()).toContain(texts[state as keyof typeof texts] ?? 'Nothing to bill');
      expect(await row.locator(`data[value="${totalExact}"]`).count(), 'the exact total').toBeGreaterThan(0);
    }
    await page
      .getByRole('link', { name: /parked event/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Parked events', level: 1 }).waitFor();
    await page.goBack();
    await isSettled(page);
    await photograph(page, 'month');
    expect.soft(await findBarriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect.soft(await findBarriers(page)).toEqual([]);
    await photograph(page, 'month-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(NARROW);
    await isSettled(page);
    expect.soft(await page.evaluate('scrollTo(1_000, 0), scrollX')).toBe(0);
    await photograph(page, 'month-narrow');
  });

  it('is closed for one account after a dry run, with a reason because something waits', async () => {
    const { previousMonth } = stack.money;
    const page = await signIn(`/months/${previousMonth}`, 'Billing admin');
    await page.getByRole('checkbox', { name: 'Nils Aker' }).check();
    await press(page, 'Dry run for 1 chosen');
    await page.getByRole('heading', { name: 'Dry run' }).waitFor();
    const tried = z
      .object({ closed: z.tuple([z.object({ total: z.string(), totalExact: z.string(), waiting: z.unknown() })]) })
      .parse(
        await stack.ask('/v1/statements/close', 'POST', {
          ...{ month: previousMonth, accountOwnerIds: [NILS], dryRun: true },
          ...{ acceptWaiting: true, reason: 'a test' },
        }),
      ).closed[0];
    await page
      .locator(`.dry-run data[value="${tried.total.replace(/0$/, '')}"]`)
      .first()
      .waitFor();
    await photograph(page, 'month-dry-run');
    expect.soft(await findBarriers(page)).toEqual([]);
    expect(await statementOf(NILS), 'nothing is closed yet').toBeUndefined();
    await press(page, 'Close 1 account');
    const dialog = page.getByRole('dialog');
    if (tried.waiting !== null) expect(await dialog.getByRole('button', { name: /^Close/ }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Reason/).fill('agreed to bill the rest later');
    await photograph(page, 'month-close', { isWhole: false });
    await dialog.getByRole('button', { name: 'Close 1 account' }).click();
    await page.getByText('1 of 1 account is closed').waitFor();
    expect(await statementOf(NILS)).toMatchObject({ total: tried.total });
    expect(await reasonOf(NILS)).toBe('agreed to bill the rest later');
    const number = (await statementOf(NILS))?.number;
    await rowOf(page, 'Accounts', 'Nils Aker').getByText(`no. ${number}`).waitFor();
  });

  it('is closed for all that are left, and says what stands out against the month before', async () => {
    const { previousMonth } = stack.money;
    const page = await visitor.open(`/months/${previousMonth}`);
    await press(page, 'Dry run for all');
    const odd = rowOf(page, 'What stands out', 'Astrid Berg');
    await odd.waitFor();
    expect(await odd.innerText()).toContain('New: nothing was billed in the month before');
    await press(page, /^Close \d+ accounts?$/);
    const dialog = page.getByRole('dialog');
    const box = dialog.getByRole('checkbox');
    if ((await box.count()) === 1) await box.check();
    await dialog.getByLabel(/^Reason/).fill('the month is over');
    await dialog.getByRole('button', { name: /^Close \d+ accounts?$/ }).click();
    await page.getByText(/^(\d+) of \1 accounts? (?:is|are) closed/).waitFor();
    await photograph(page, 'month-closed');
    expect(await statementOf(ASTRID)).toBeDefined();
    await page.reload();
    await isSettled(page);
    expect(await page.getByRole('button', { name: /^Dry run/ }).count(), 'nothing is left').toBe(0);
    await page.getByRole('link', { name: 'Months' }).first().click();
    await isSettled(page);
    expect(await page.getByRole('row').filter({ hasText: 'Closed' }).count()).toBeGreaterThan(0);
  });

  it('goes on where one account is refused meanwhile, and says which', async () => {
    const { month } = stack.money;
    // What has not ended cannot be closed: the answers are made up, and closing is not.
    const accounts = [ASTRID, NILS].map((id) => ({
      ...{ accountOwnerId: id, accountName: id, state: 'ready', refusal: null, waiting: null, number: null },
      ...{ closedAt: null, total: '1.00', totalExact: '1', previous: { total: '1.00', totalExact: '1' } },
    }));
    const closed = accounts.map(({ accountOwnerId, total }) => ({
      ...{ accountOwnerId, isNew: true, total, totalExact: total, prepaid: '0.00', amountDue: total, waiting: null },
    }));
    const asked: unknown[] = [];
    const page = await visitor.open(`/months/${month}`, {
      expects: /409/,
      async prepare(opened) {
        await opened.route(`**/v1/months/${month}`, (route) => route.fulfill({ json: { accounts } }));
        await opened.route('**/v1/statements/close', (route) => {
          const body = z
            .object({ dryRun: z.optional(z.boolean()), accountOwnerIds: z.optional(z.array(z.string())) })
            .parse(route.request().postDataJSON());
          if (body.dryRun === true) return route.fulfill({ json: { closed, refused: [], next: null } });
          asked.push(body.accountOwnerIds);
          const problem = { code: 'USAGE_WAITING', title: 'Waiting', status: 409, detail: 'something came' };
          return body.accountOwnerIds?.includes(NILS) === true
            ? route.fulfill({ status: 409, json: problem })
            : route.fulfill({ json: { closed: [closed[0]], refused: [], next: null } });
        });
      },
    });
    await isSettled(page);
    await press(page, 'Dry run for all');
    await press(page, 'Close 2 accounts');
    await page.getByRole('dialog').getByRole('button', { name: 'Close 2 accounts' }).click();
    await page.getByText('1 of 2 accounts are closed').waitFor();
    expect(await page.locator('.closing li').innerText()).toBe(`${NILS}: something came`);
    expect(asked).toEqual([[ASTRID, NILS], [ASTRID], [NILS]]);
  });
});

describe('a statement', () => {
  it('leads to the next and the previous one of the account', async () => {
    const { previousMonth, month, closedAccount } = stack.money;
    const page = await visitor.open(`/accounts/${encode(closedAccount)}/statements/${previousMonth}`);
    await page.getByRole('link', { name: /^Next: / }).click();
    await page.waitForURL(`**/statements/${month}`);
    await page.getByRole('link', { name: /^Previous: / }).click();
    await page.waitForURL(`**/statements/${previousMonth}`);
  });

  it('is downloaded as CSV with the same amounts to the last digit, and as FOCUS', async () => {
    const { previousMonth, closedAccount } = stack.money;
    const path = `/accounts/${encode(closedAccount)}/statements/${previousMonth}`;
    const page = await visitor.open(path);
    const download = async (name: string): Promise<string> => {
      const downloaded = page.waitForEvent('download');
      await press(page, name);
      return readFile(await (await downloaded).path(), 'utf8');
    };
    const { totalExact, lines } = z
      .object({ totalExact: z.string(), lines: z.array(z.object({ amountExact: z.string() })) })
      .parse(await stack.ask(`/v1/statements/${encode(closedAccount)}/${previousMonth}`));
    const { rows } = readTable(await download('Lines (CSV)'));
    expect(rows.map(({ amountExact }) => amountExact)).toEqual(lines.map(({ amountExact }) => amountExact));
    const sum = rows.reduce((before, row) => before + exact(row.amountExact ?? ''), 0n);
    expect(sum).toBe(exact(totalExact));
    expect(await download('FOCUS (CSV)')).toContain('BilledCost');
  });

  it('is a document of A4 pages: no navigation, no buttons, issuer and customer, every line, the total', async () => {
    const { previousMonth, closedAccount } = stack.money;
    const page = await visitor.open(`/accounts/${encode(closedAccount)}/statements/${previousMonth}`);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    // As Chromium lays it out: the boxes of pages are A4 in points.
    const boxes = [...pdf.toString('latin1').matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(boxes.length).toBeGreaterThan(0);
    for (const [, width, height] of boxes)
      expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
    await page.emulateMedia({ media: 'print' });
    const shown = await page.locator('body').innerText();
    expect(shown).toMatch(/Statement no\. \d+[\s\S]*Quinn Analytics Ltd[\s\S]*Example Cloud AB[\s\S]*To be paid/);
    expect(shown).not.toMatch(/Sign out|Parked events|FOCUS|Print/);
  });
});
