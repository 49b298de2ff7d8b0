import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@hopsmeter/stack';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';

/**
 * Where screenshots go, for people to look at. Only `SCREENSHOTS=true npm run test:long -- test/browser/views` takes
 * them.
 */
const SCREENSHOTS = fileURLToPath(new URL('../../../.hopsmeter/test/screenshots', import.meta.url));
const ARE_WANTED = process.env.SCREENSHOTS === 'true';

export const ADMIN = 'development|billing-admin';

const WIDE = { width: 1280, height: 900 };
/** {@link WIDE} at 200 %. */
export const ZOOMED = { width: 640, height: 450 };
export const NARROW = { width: 360, height: 740 };

export type OpenOptions = {
  /** Who is signed in; default {@link ADMIN}. `null`: nobody. */
  readonly as?: string | null;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly timezone?: string;
  readonly locale?: string;
  /** Complaints of the browser that the test provokes, such as an answer of 503. */
  readonly expects?: RegExp;
  /** Is there before the first request is made. */
  readonly prepare?: (page: Page, context: BrowserContext) => Promise<unknown>;
};

/** A browser that opens pages of one address, and has them closed when their test is over. */
export type Visitor = {
  /**
   * Opens an address of the page. When the test is over it fails for whatever the browser complained about: errors on
   * the console and in scripts, violations of the policy, dialogs (only an injected script opens one), and requests to
   * another host.
   */
  open(path: string, options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
};

export async function createVisitor(url: string): Promise<Visitor> {
  const browser = await chromium.launch({
    executablePath: await findChromium((message) => process.stderr.write(`${message}\n`)),
    headless: true,
    // Chromium refuses its sandbox as root. The only pages that it opens are ours.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return { open: (path, options = {}) => open(browser, url, path, options), close: () => browser.close() };
}

async function open(browser: Browser, url: string, path: string, options: OpenOptions): Promise<Page> {
  const { as = ADMIN, viewport = WIDE, timezone = 'UTC', locale = 'en-US', expects, prepare } = options;
  const context = await browser.newContext({ viewport, timezoneId: timezone, locale, acceptDownloads: true });
  const page = await context.newPage();
  const complaints = listenForComplaints(page, new URL(url).origin);
  onTestFinished(async () => {
    await context.close();
    expect(complaints.filter((complaint) => expects?.test(complaint) !== true)).toEqual([]);
  });
  if (as !== null)
    // The mark by which a page that is loaded again knows who was signed in.
    await context.addInitScript(`sessionStorage.getItem('hopsmeter.signed-in') ??
      sessionStorage.setItem('hopsmeter.signed-in', ${JSON.stringify(as)})`);
  await prepare?.(page, context);
  await page.goto(`${url}${path}`);
  if (prepare === undefined) await isSettled(page);
  return page;
}

function listenForComplaints(page: Page, origin: string): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const address = new URL(request.url());
    if (address.origin !== origin && address.protocol !== 'blob:') complaints.push(`request: ${request.url()}`);
  });
  return complaints;
}

/** Waits until the view is there and nothing in it is being loaded. */
export async function isSettled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await expect
    .poll(() => page.locator('.loading, [aria-busy="true"]').count(), { timeout: 30_000, interval: 50 })
    .toBe(0);
}

/** Writes what the page looks like, all of it or the first screen, where screenshots are wanted. */
export async function photograph(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  if (!ARE_WANTED) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  // Without the room that is kept for a scroll bar, which nobody draws here.
  const [width, height] = z.tuple([z.number(), z.number()]).parse(await page.evaluate(SIZE));
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, ...(isWhole ? { fullPage: true } : { clip }) });
}

const SIZE = '[document.body.clientWidth, innerHeight]';
