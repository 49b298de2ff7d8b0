import { DEMO_USERS } from '@hopsmeter/demo';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLICATION_TABLES } from '../harness/application-database/tables.ts';
import { createTestDatabase, type TestDatabase } from '../support/db/test-database.ts';
import { copyApplication } from './harness/copy-application.ts';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { findBarriers } from './harness/find-barriers.ts';
import { createVisitor, isSettled, NARROW, photograph, type Visitor, ZOOMED } from './harness/open-page.ts';
import { tabTo } from './harness/read-page.ts';
import { findUnreached } from './harness/tab-through.ts';

let application: TestDatabase;
let stack: DemoStack;
let visitor: Visitor;

beforeAll(async () => {
  application = await createTestDatabase();
  await application.pool.query(APPLICATION_TABLES);
  stack = await startDemoStack({ applicationUrl: application.url });
  await copyApplication(stack.pipeline.pool, application.pool, stack.money.previousMonth);
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
  await application?.close();
});

type View = {
  readonly name: string;
  readonly path: () => string;
  readonly heading: RegExp;
  /** What the view is for. */
  readonly shows: readonly (string | RegExp)[];
  readonly as?: string | null;
  readonly expects?: RegExp;
};

const encode = encodeURIComponent;
const member = DEMO_USERS.find(({ accountOwnerId }) => accountOwnerId !== undefined);
const owner = DEMO_USERS.find(({ accountOwnerId }) => accountOwnerId === undefined);
const today = () => new Date().toISOString().slice(0, 10);
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

const VIEWS: readonly View[] = [
  {
    name: 'overview',
    path: () => '/',
    heading: /\d{4}$/,
    shows: ['So far this month', 'Projected month end', 'Astrid Berg', 'Can the numbers be trusted?', 'Cost by day'],
  },
  {
    name: 'accounts',
    path: () => '/accounts',
    heading: /^Accounts$/,
    shows: ['Astrid Berg', 'Nils Aker', 'Tara Quinn', 'Total'],
  },
  {
    name: 'accounts-days',
    path: () => '/accounts?look=days',
    heading: /^Accounts$/,
    shows: ['Astrid Berg', /\b28\b/],
  },
  {
    name: 'account',
    path: () => `/accounts/${encode(stack.money.correctedAccount)}?month=${stack.money.month}`,
    heading: /^Astrid Berg$/,
    shows: ['Cost by day', 'Statements', 'Draft statement'],
  },
  {
    name: 'account-closed',
    path: () => `/accounts/${encode(stack.money.closedAccount)}?month=${stack.money.previousMonth}`,
    heading: /^Tara Quinn$/,
    shows: [/Statement \d+/, '$100.00'],
  },
  {
    name: 'account-capped',
    path: () => `/accounts/${encode(stack.money.cappedAccount)}`,
    heading: /^Nils Aker$/,
    shows: ['Spending cap', /11\d(?:\.\d+)?%/],
  },
  {
    name: 'account-settings',
    path: () => `/accounts/${encode(stack.money.closedAccount)}/settings`,
    heading: /^Tara Quinn$/,
    shows: ['Prepaid credit', 'Drawn by statements', 'Spending cap', 'Quinn Analytics Ltd', 'Price today', 'Stripe'],
  },
  {
    name: 'account-settings-owner',
    as: owner?.id ?? '',
    path: () => `/accounts/${encode(owner?.id ?? '')}/settings`,
    heading: /^Astrid Berg$/,
    shows: ['There is no prepaid credit.', 'There is none.'],
  },
  {
    name: 'account-people',
    path: () => `/accounts/${encode(stack.money.correctedAccount)}/people`,
    heading: /^Astrid Berg$/,
    shows: ['Bela Kovacs', 'Add a member', 'No one has been invited.'],
  },
  {
    name: 'account-history',
    path: () => `/accounts/${encode(stack.money.closedAccount)}/history`,
    heading: /^Tara Quinn$/,
    shows: ['Grant credit', 'Close month', 'service-role'],
  },
  {
    name: 'statement',
    path: () => `/accounts/${encode(stack.money.closedAccount)}/statements/${stack.money.previousMonth}`,
    heading: /./,
    shows: [
      'Tara Quinn',
      'CPU',
      /Billed to\s*Quinn Analytics Ltd\s*5 Quay Street\s*Galway/,
      /From\s*Example Cloud AB\s*Storgatan 1/,
      '$0.35 per core-hour',
      /\$0\.\d+ per 720 GB-hours\s*\(GB-month\)/,
    ],
  },
  {
    name: 'statement-draft',
    path: () => `/accounts/${encode(stack.money.closedAccount)}/statements/${stack.money.month}`,
    heading: /./,
    shows: [/draft/i],
  },
  {
    name: 'events',
    path: () => `/events?account=${encode(stack.money.correctedAccount)}&from=${today()}&to=${tomorrow()}`,
    heading: /^Events$/,
    shows: ['now/churn'],
  },
  {
    name: 'receipt',
    path: () => `/events/${encode(stack.money.correctedEvent.id)}?source=${encode(stack.money.correctedEvent.source)}`,
    heading: /^Receipt$/,
    shows: ['now/churn', 'Astrid Berg'],
  },
  {
    name: 'receipt-late',
    path: () => `/events/${encode(stack.money.lateEvent.id)}?source=${encode(stack.money.lateEvent.source)}`,
    heading: /^Receipt$/,
    shows: ['late/credit-risk', 'Tara Quinn', '$2.80'],
  },
  {
    name: 'parked',
    path: () => '/parked',
    heading: /^Parked events$/,
    shows: ['Unknown namespace', 'Implausible', 'Conflict', 'User of another cluster', 'now/churn-next'],
  },
  {
    name: 'comparison',
    path: () => `/comparison?month=${stack.money.previousMonth}`,
    heading: /^Comparison$/,
    shows: ['CPU (core-hours)', 'Owner overwritten', 'Why they differ', /\d unexplained/, /Differences \([\d,]+\)/],
  },
  {
    name: 'prices',
    path: () => '/prices',
    heading: /^Prices$/,
    shows: ['Rate card default', '$0.35 per core-hour', 'Change a price'],
  },
  {
    name: 'prices-account',
    path: () => `/prices?account=${encode(stack.money.closedAccount)}`,
    heading: /^Prices$/,
    shows: ['What the account pays', '$3.50 per GPU-hour', 'Give a discount'],
  },
  { name: 'months', path: () => '/months', heading: /^Months$/, shows: ['Partly closed', 'Running'] },
  {
    name: 'month',
    path: () => `/months/${stack.money.previousMonth}`,
    heading: /\d{4}$/,
    shows: ['Tara Quinn', /no\. \d/, 'Dry run for all', 'Refused'],
  },
  {
    name: 'clusters',
    path: () => '/clusters',
    heading: /^Clusters$/,
    shows: ['Last event', 'Lag', 'Missing hours, 7 days', 'Add a cluster'],
  },
  { name: 'new-cluster', path: () => '/clusters/new', heading: /^Add a cluster$/, shows: ['Most users'] },
  {
    name: 'cluster',
    path: () => `/clusters/${stack.money.parked.clusterId}`,
    heading: /./,
    shows: ['About the cluster', 'Keys', 'Create a key'],
  },
  {
    name: 'cluster-people',
    path: () => `/clusters/${stack.money.parked.clusterId}?section=people`,
    heading: /./,
    shows: ['Astrid Berg', 'Move a user here', 'Aliases'],
  },
  {
    name: 'cluster-projects',
    path: () => `/clusters/${stack.money.parked.clusterId}?section=projects`,
    heading: /./,
    shows: ['churn', 'Hand over', 'Namespace rules'],
  },
  {
    name: 'cluster-set-up',
    path: () => `/clusters/${stack.money.parked.clusterId}/set-up`,
    heading: /^Set up /,
    shows: ['helm install hopsmeter-collector', 'First event seen'],
  },
  {
    name: 'coverage',
    path: () => '/coverage',
    heading: /^Coverage$/,
    shows: ['Hours of', 'Missing and short hours', 'Unreported'],
  },
  {
    name: 'operations',
    path: () => '/operations',
    heading: /^Health$/,
    shows: ['Workers', 'Backlog', 'Reconciliation', 'Stripe', 'Open Parked events'],
  },
  {
    name: 'reconciliations',
    path: () => '/operations/reconciliations',
    heading: /^Reconciliation$/,
    shows: ['Compare days', 'schedule', 'The same'],
  },
  {
    name: 'audit-log',
    path: () => '/operations/audit-log?action=close_month',
    heading: /^Audit log$/,
    shows: ['Month closed', 'Closed'],
  },
  { name: 'my-account', as: owner?.id ?? '', path: () => '/', heading: /^Astrid Berg$/, shows: ['My account'] },
  {
    name: 'my-usage',
    as: member?.id ?? '',
    path: () => `/?month=${stack.money.previousMonth}`,
    heading: /^My usage$/,
    shows: ['By day', 'By project', 'CPU'],
  },
  {
    name: 'no-access',
    as: 'development|newcomer',
    path: () => '/',
    heading: /^You are not in any account$/,
    shows: ['invitation'],
    expects: /403.*v1\/me/,
  },
  {
    name: 'accept-invite',
    as: 'development|newcomer',
    path: () => '/invites/accept#token=hwi_anything',
    heading: /^Invitation$/,
    shows: ['Your name', 'Accept the invitation'],
    expects: /403.*v1\/me/,
  },
  { name: 'sign-in', as: null, path: () => '/', heading: /^Sign in$/, shows: ['Billing staff', 'Astrid Berg'] },
  { name: 'nothing', path: () => '/accounts/nobody/nothing', heading: /^Nothing here$/, shows: ['Go to the overview'] },
];

describe('every view', () => {
  it.each(VIEWS)('shows $name of the demo: light, dark and narrow, without barriers', async ({ name, ...view }) => {
    const page = await visitor.open(view.path(), view);
    expect(await page.locator('h1').first().textContent()).toMatch(view.heading);
    const text = await page.locator('body').innerText();
    for (const shown of view.shows) expect(text).toMatch(shown);

    await photograph(page, name, { isWhole: false });
    const grounds: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await photograph(page, `${name}-${colorScheme}`);
      grounds.push(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'));
      const barriers = await findBarriers(page, colorScheme === 'light' ? 'all' : 'colours');
      expect.soft(barriers, `${name} ${colorScheme}`).toEqual([]);
    }
    expect(grounds[0]).not.toBe(grounds[1]);
    expect.soft(await findUnreached(page), 'what a keyboard does not reach, or not visibly').toEqual([]);

    await page.emulateMedia({ colorScheme: 'light' });
    for (const viewport of [ZOOMED, NARROW]) {
      await page.setViewportSize(viewport);
      await isSettled(page);
      const scrolled = await page.evaluate('scrollTo(1_000, 0), scrollX');
      expect.soft(scrolled, `to be scrolled sideways on ${viewport.width} pixels`).toBe(0);
    }
    await photograph(page, `${name}-narrow`);
  });
});

describe('a statement on paper', () => {
  it('fits the width of A4, with every column', async () => {
    const { closedAccount, previousMonth, month } = stack.money;
    for (const printed of [previousMonth, month]) {
      const page = await visitor.open(`/accounts/${encode(closedAccount)}/statements/${printed}`, { viewport: A4 });
      await page.emulateMedia({ media: 'print' });
      await photograph(page, `statement-print-${printed === month ? 'draft' : 'final'}`);
      expect(await page.evaluate(OVERHANG)).toBe(0);
      expect(await page.locator('thead').first().innerText()).toMatch(
        /Quantity\s+Unit\s+Unit price\s+Credits\s+Amount/,
      );
    }
  });
});

/** 180 of 210 mm: what the margins of the page leave, at 96 pixels an inch. */
const A4 = { width: 680, height: 1_009 };

/** How far the widest table reaches beyond its frame, or the page beyond the paper. */
const OVERHANG = `Math.max(...[...document.querySelectorAll('.table-frame'), document.documentElement]
  .map((frame) => frame.scrollWidth - frame.clientWidth))`;

describe('the comparison', () => {
  it('is filtered by cause without a mouse, and the address says which', async () => {
    const page = await visitor.open('/');
    await tabTo(page, /^Compare a month with the application/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Comparison', level: 1 }).waitFor();
    await tabTo(page, /^Earlier: /);
    await page.keyboard.press('Enter');
    await isSettled(page);
    await tabTo(page, /^Unexplained$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Differences: Unexplained \([\d,]+\)$/ }).waitFor();
    await isSettled(page);
    expect(new URL(page.url()).searchParams.get('cause')).toBe('unexplained');
    expect(await page.locator('tbody td', { hasText: /^Owner overwritten/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'All causes' }).press('Enter');
    await page.getByRole('heading', { name: /^Differences \([\d,]+\)$/ }).waitFor();
  });

  it('says what to do where there is no application, and when it is away', async () => {
    const answer = (status: number, code: string, title: string) => async (page: Page) => {
      const body = JSON.stringify({ type: `urn:hopsmeter:error:${code}`, title, status, code });
      await page.route('**/v1/comparisons/**', (route) =>
        route.fulfill({ status, contentType: 'application/problem+json', body }),
      );
    };
    const off = await visitor.open('/comparison', {
      prepare: answer(409, 'COMPARISON_OFF', 'off'),
      expects: /409.*v1\/comparisons/,
    });
    await off.getByText('No application database is configured.').waitFor();
    await photograph(off, 'comparison-off');
    const away = await visitor.open('/comparison', {
      prepare: answer(503, 'APPLICATION_UNREADABLE', 'The application database cannot be read'),
      expects: /503.*v1\/comparisons/,
    });
    await away.getByRole('button', { name: 'Try again' }).waitFor();
  });
});
