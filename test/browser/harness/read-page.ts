import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { type Row, readTable } from '../../exports/read-csv.ts';

/**
 * Decimal text as whole numbers of 10^-12, which is how the api has it: no float touches what is compared. Quantities
 * before they are rounded have up to 32 digits.
 */
export function exact(text: string, digits = 12): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal: ${text}`);
  const [, sign, whole = '0', decimals = ''] = match;
  if (decimals.length > digits) throw new Error(`more than ${digits} decimals: ${text}`);
  const value = BigInt(whole + decimals.padEnd(digits, '0'));
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

/** A number on the page: its exact value, how it is shown, and the exact values of the column that it stands below. */
export type ShownNumber = { readonly value: string; readonly text: string; readonly column: readonly string[] };

/** Every number that the view shows. */
export async function readNumbers(page: Page): Promise<readonly ShownNumber[]> {
  return z
    .array(z.object({ value: z.string(), text: z.string(), column: z.array(z.string()) }))
    .parse(await page.evaluate(NUMBERS));
}

const NUMBERS = `[...document.querySelectorAll('#view data[value]')].map((shown) => {
  const cell = shown.closest('tfoot th, tfoot td');
  const rows = cell === null ? [] : [...cell.closest('table').querySelectorAll('tbody tr')];
  const values = rows.map((row) => row.cells[cell.cellIndex]?.querySelector('data')?.value);
  return { value: shown.value, text: shown.innerText, column: values.filter((value) => value !== undefined) };
})`;

/** Keeps what the api answers to a page: every decimal in it, in the order in which it came. */
export function listenForDecimals(page: Page): { read(): Promise<ReadonlySet<bigint>> } {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/v1/')) bodies.push(response.text().catch(() => ''));
  });
  return {
    async read() {
      const found = (await Promise.all(bodies)).flatMap((body) => [...body.matchAll(/"(-?\d+(?:\.\d{1,12})?)"/g)]);
      return new Set(found.map(([, text = '']) => exact(text)));
    },
  };
}

/** How far a number may be shown from its exact value: money to the cent, whose cents are shared out; else 2 digits. */
export function isShownAs({ value, text }: ShownNumber): boolean {
  const whole = exact(value.replace(/(\.\d{12})\d+$/, '$1'));
  const difference = sizeOf(exact(text.replace(/[$,]/g, '')) - whole);
  if (text.includes('$')) return difference < exact('0.01');
  return sizeOf(whole) < exact('0.1') ? difference * 10n <= sizeOf(whole) : difference <= exact('0.005');
}

function sizeOf(value: bigint): bigint {
  return value < 0n ? -value : value;
}
