import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { type Row, readTable } from '../../exports/read-csv.ts';

/** Decimal text as whole numbers of 10^-12, which is how the api has it: no float touches what is compared. */
export function exact(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal: ${text}`);
  const [, sign, whole = '0', decimals = ''] = match;
  const value = BigInt(whole + decimals.padEnd(12, '0'));
  return sign === '-' ? -value : value;
}

/** Rounded to cents, half away from zero, as amounts are shown. */
function cents(value: bigint): bigint {
  const unit = 10n ** 10n;
  const half = value < 0n ? -unit / 2n : unit / 2n;
  return (value + half) / unit;
}

/** What a figure says in exact decimal text: the amount below a name such as `So far this month`. */
export async function readFigure(page: Page, name: string | RegExp): Promise<string> {
  const figure = page.locator('.card', { has: page.locator('dt').filter({ hasText: name }) });
  return (await figure.locator('.figure-value data').first().getAttribute('value')) ?? '';
}

/** Presses Tab until what has the focus is what is wanted. @throws when it never comes. */
export async function tabTo(page: Page, wanted: RegExp): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs++) {
    await page.keyboard.press('Tab');
    const focused = String(await page.evaluate(NAME_OF_FOCUSED));
    if (wanted.test(focused)) return;
  }
  throw new Error(`Tab never came to ${wanted}`);
}

/** A view has some dozens of things that take the focus. */
const TABS_MAX = 150;

const NAME_OF_FOCUSED = `document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.innerText ?? ''`;

/** Downloads the daily rows of what the view shows. */
export async function downloadDailyRows(page: Page): Promise<readonly Row[]> {
  const downloaded = page.waitForEvent('download');
  await page.locator('summary', { hasText: 'Download' }).click();
  await page.getByRole('button', { name: 'Daily rows (CSV)' }).click();
  const download = await downloaded;
  if (!download.suggestedFilename().endsWith('.csv')) throw new Error(`got ${download.suggestedFilename()}`);
  return readTable(await readFile(await download.path(), 'utf8')).rows;
}

/** What daily rows cost, exactly. */
export function costOf(rows: readonly Row[]): bigint {
  return rows.reduce((sum, { costExact = '' }) => sum + exact(costExact), 0n);
}

/** What a list of accounts says below it: each account's cost rounded to cents, as it is billed, and these added up. */
export function centsOfAccounts(rows: readonly Row[]): bigint {
  const accounts = new Map<string, Row[]>();
  for (const row of rows)
    accounts.set(row.accountOwnerId ?? '', [...(accounts.get(row.accountOwnerId ?? '') ?? []), row]);
  return [...accounts.values()].reduce((sum, ofAccount) => sum + cents(costOf(ofAccount)), 0n);
}
