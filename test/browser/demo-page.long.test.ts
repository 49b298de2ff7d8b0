import { DEMO_USERS } from '@hopsmeter/demo';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { createVisitor, isSettled, NARROW, type Visitor } from './harness/open-page.ts';
import {
  centsOfAccounts,
  costOf,
  downloadDailyRows,
  exact,
  isShownAs,
  listenForDecimals,
  readFigure,
  readNumbers,
} from './harness/read-page.ts';

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

const totalsSchema = z.object({
  total: z.string(),
  totalExact: z.string(),
  groups: z.array(
    z.object({ key: z.object({ day: z.string(), meter: z.string() }), cost: z.string(), costExact: z.string() }),
  ),
});

const receiptSchema = z.object({
  costExact: z.string(),
  parts: z.array(
    z.object({
      bookings: z.array(
        z.object({
          quantity: z.string(),
          costExact: z.string(),
          price: z.object({ price: z.string(), priceQuantity: z.string() }),
        }),
      ),
    }),
  ),
});

const daysOf = (month: string): { readonly from: string; readonly to: string } => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return { from: `${month}-01`, to: new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10) };
};

/** What the api says that an account's month, or everybody's, comes to. */
async function readTotals(month: string, account?: string) {
  const { from, to } = daysOf(month);
  const path = account === undefined ? '/v1/totals' : `/v1/accounts/${encode(account)}/totals`;
  return totalsSchema.parse(await stack.ask(`${path}?from=${from}&to=${to}&groupBy=day,meter`));
}

/** What the api says that the accounts of a month add up to. */
async function readMonth(month: string): Promise<string> {
  return z.object({ total: z.string() }).parse(await stack.ask(`/v1/accounts?month=${month}`)).total;
}

/** The dearest meter of a month, which is at the bottom of every bar, and the day with most of it. */
function dearestOf({ groups }: z.infer<typeof totalsSchema>) {
  const sums = new Map<string, bigint>();
  for (const { key, costExact } of groups) sums.set(key.meter, (sums.get(key.meter) ?? 0n) + exact(costExact));
  const [meter] = [...sums].sort(([, a], [, b]) => (a < b ? 1 : -1))[0] ?? [];
  const [dearest] = groups
    .filter(({ key }) => key.meter === meter)
    .sort((a, b) => (exact(a.costExact) < exact(b.costExact) ? 1 : -1));
  if (dearest === undefined) throw new Error('the month has no usage');
  return { ...dearest.key, costExact: dearest.costExact };
}

/** Clicks into the lowest part of a day's bar, which is the dearest meter of the month. */
async function clickBar(page: Page, day: string): Promise<void> {
  const area = page.locator('.chart-frame .u-over').first();
  const box = await area.boundingBox();
  if (box === null) throw new Error('there is no chart');
  const { to } = daysOf(day.slice(0, 7));
  const dayCount = new Date(Date.parse(to) - 1).getUTCDate();
  // The scale begins 0.6 before the first day and ends 0.6 behind the last one.
  const x = ((Number(day.slice(8)) - 1 + 0.6) / (dayCount + 0.2)) * box.width;
  await area.click({ position: { x, y: box.height - 4 } });
}

describe('from a total to what is behind it', () => {
  it('walks from the month of all accounts to the receipt of one event, and back', async () => {
    const { month, correctedAccount } = stack.money;
    const page = await visitor.open('/');
    expect(await readFigure(page, 'So far this month')).toBe(await readMonth(month));

    await page.getByRole('link', { name: 'Astrid Berg' }).click();
    await page.getByRole('heading', { name: 'Astrid Berg', level: 1 }).waitFor();
    await isSettled(page);
    const account = await readTotals(month, correctedAccount);
    expect(await readFigure(page, 'At list prices')).toBe(account.totalExact);

    const dearest = dearestOf(account);
    await clickBar(page, dearest.day);
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
    await isSettled(page);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('account')).toBe(correctedAccount);
    expect([searchParams.get('from'), searchParams.get('meter')]).toEqual([dearest.day, dearest.meter]);
    const booked = page.getByRole('region', { name: 'What they add up to' });
    const loadAll = booked.getByRole('button', { name: 'Load all events and compare' });
    if (await loadAll.isVisible()) await loadAll.click();
    await booked.getByText('to the last digit').waitFor();
    const sums = booked.getByRole('table', { name: 'What the events add up to, by meter' });
    expect(exact((await sums.locator('tbody td data').last().getAttribute('value')) ?? '')).toBe(
      exact(dearest.costExact),
    );

    const link = page.getByRole('region', { name: 'Events', exact: true }).locator('tbody th a').first();
    const id = await link.innerText();
    await link.click();
    await page.getByRole('heading', { name: 'Receipt', level: 1 }).waitFor();
    await isSettled(page);
    const source = new URL(page.url()).searchParams.get('source') ?? '';
    const receipt = receiptSchema.parse(await stack.ask(`/v1/events/${encode(id)}?source=${encode(source)}`));
    const bookings = receipt.parts.flatMap(({ bookings }) => bookings);
    for (const { quantity, price, costExact } of bookings) {
      const product = exact(quantity) * exact(price.price);
      const difference = product - exact(costExact) * exact(price.priceQuantity);
      // Rounded once, at the twelfth decimal.
      expect(difference < 0n ? -difference * 2n : difference * 2n).toBeLessThanOrEqual(exact(price.priceQuantity));
    }
    expect(exact(receipt.costExact)).toBe(bookings.reduce((sum, { costExact }) => sum + exact(costExact), 0n));
    expect(await page.locator('.receipt-total').innerText()).toBe(`${receipt.costExact} USD`);

    for (const heading of ['Events', 'Astrid Berg', /\d{4}$/]) {
      await page.goBack();
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    }
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('leads from a cell of the accounts by day, and from a member, to exactly their events', async () => {
    const { month, previousMonth, correctedAccount } = stack.money;
    const { day } = dearestOf(await readTotals(month, correctedAccount));
    const page = await visitor.open(`/accounts?month=${month}&look=days`);
    const row = page.getByRole('row', { name: /Astrid Berg/ });
    await row.locator(`a[href*="from=${day}"]`).click();
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
    expect(new URL(page.url()).searchParams.get('account')).toBe(correctedAccount);

    const other = await visitor.open(`/accounts/${encode(correctedAccount)}?month=${previousMonth}`);
    await other.getByRole('link', { name: 'Bela Kovacs', exact: true }).click();
    await other.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
    expect(new URL(other.url()).searchParams.get('user')).toBe('auth0|bela-kovacs');
  });

  it('downloads daily rows that add up to the number on the page, to the last digit', async () => {
    const { month, correctedAccount, previousMonth } = stack.money;
    for (const chosen of [month, previousMonth]) {
      const page = await visitor.open(`/accounts/${encode(correctedAccount)}?month=${chosen}`);
      const shown = await readFigure(page, 'At list prices');
      const sum = costOf(await downloadDailyRows(page));
      expect(sum).toBe(exact(shown));
      expect(exact((await readTotals(chosen, correctedAccount)).totalExact)).toBe(sum);
    }
    const page = await visitor.open(`/accounts?month=${month}`);
    const foot = page.locator('tfoot td data').first();
    const rows = await downloadDailyRows(page);
    expect(exact((await foot.getAttribute('value')) ?? '') / 10n ** 10n).toBe(centsOfAccounts(rows));
    expect(exact((await readTotals(month)).totalExact)).toBe(costOf(rows));
  });
});

describe('a month on the page, from the api and as CSV', () => {
  /** Opens a view, and has the decimals of every answer that it is made of. */
  const openAndListen = async (path: string, as?: string) => {
    let heard: ReturnType<typeof listenForDecimals> | undefined;
    const page = await visitor.open(path, {
      ...(as === undefined ? {} : { as }),
      prepare: async (opened) => {
        heard = listenForDecimals(opened);
      },
    });
    await isSettled(page);
    if (heard === undefined) throw new Error('nothing was listened to');
    return { page, decimals: await heard.read() };
  };
  const sumOf = (values: readonly string[]) => values.reduce((sum, value) => sum + exact(value), 0n);

  it.each([
    ['the list of accounts', () => `/accounts?month=${stack.money.previousMonth}`, 10],
    ['an account by member', () => accountPath(stack.money.correctedAccount), 40],
    ['an account by project', () => `${accountPath(stack.money.correctedAccount)}&by=project`, 20],
    ['an account by meter', () => `${accountPath(stack.money.correctedAccount)}&by=meter`, 10],
    ['a closed account', () => accountPath(stack.money.closedAccount), 20],
    ['a final statement', () => statementPath(stack.money.previousMonth), 20],
    ['a draft', () => statementPath(stack.money.month), 10],
  ])('shows no number in %s that the api did not give, or that is not the sum above it', async (_, path, countMin) => {
    const { page, decimals } = await openAndListen(path());
    const numbers = await readNumbers(page);
    expect(numbers.length).toBeGreaterThanOrEqual(countMin);
    for (const number of numbers) {
      const value = exact(number.value);
      expect(decimals.has(value) || (number.column.length > 0 && value === sumOf(number.column)), number.value).toBe(
        true,
      );
      expect(isShownAs(number), `${number.value} as ${number.text}`).toBe(true);
    }
  });

  it('has the same cost of each member and meter in the table and in the daily rows', async () => {
    const page = await visitor.open(accountPath(stack.money.correctedAccount));
    const rows = await downloadDailyRows(page);
    const table = page.getByRole('table', { name: 'Cost by member' });
    const headings = await table.locator('thead th').allInnerTexts();
    const place = headings.findIndex((heading) => heading.startsWith('CPU'));
    const users = new Set(rows.map(({ userName = '' }) => userName));
    expect(users.size).toBeGreaterThan(5);
    for (const user of users) {
      const cells = table.getByRole('row', { name: new RegExp(`^${user}`) }).locator('th, td');
      const cpu = rows.filter(({ userName, meter }) => userName === user && meter === 'cpu_hours');
      expect(exact((await cells.nth(place).locator('data').getAttribute('value')) ?? '')).toBe(costOf(cpu));
      const all = rows.filter(({ userName }) => userName === user);
      expect(exact((await cells.nth(-2).locator('data').getAttribute('value')) ?? '')).toBe(costOf(all));
    }
  });

  it('shows a member exactly the quantities of their daily rows', async () => {
    const { previousMonth, correctedAccount } = stack.money;
    const rows = await downloadDailyRows(await visitor.open(accountPath(correctedAccount)));
    const user = 'auth0|bela-kovacs';
    const page = await visitor.open(`/usage?month=${previousMonth}`, { as: user });
    const sums = new Map<string, bigint>();
    for (const { userId, meter = '', quantityExact = '' } of rows)
      if (userId === user) sums.set(meter, (sums.get(meter) ?? 0n) + exact(quantityExact, 32));
    const figures = await page.locator('.figure-value data').all();
    const shown = await Promise.all(
      figures.map(async (figure) => exact((await figure.getAttribute('value')) ?? '', 32)),
    );
    expect(new Set(shown)).toEqual(new Set(sums.values()));
    for (const number of await readNumbers(page)) expect(isShownAs(number), number.text).toBe(true);
  });
});

const accountPath = (id: string): string => `/accounts/${encode(id)}?month=${stack.money.previousMonth}`;
const statementPath = (month: string): string => `/accounts/${encode(stack.money.closedAccount)}/statements/${month}`;

describe('parked events', () => {
  const waiting = (page: Page) => page.getByRole('heading', { name: /^Events \(\d+\)$/ }).innerText();

  it('are counted when what they lack is there and somebody has them tried again', async () => {
    const { parked, month } = stack.money;
    const before = await readMonth(month);
    const page = await visitor.open('/parked');
    const heading = await waiting(page);
    await page.getByRole('link', { name: parked.id }).waitFor();

    const { clusterId, namespace } = parked;
    await stack.ask('/v1/projects', 'POST', { clusterId, namespace, userId: 'auth0|bela-kovacs' });
    await page.getByRole('button', { name: 'Retry: Unknown namespace' }).click();
    await page.getByRole('link', { name: parked.id }).waitFor({ state: 'detached' });
    await expect.poll(() => waiting(page)).toBe(heading.replace(/\d+/, (count) => String(Number(count) - 1)));
    await page.getByRole('button', { name: 'Counted since' }).click();
    await page.getByRole('link', { name: parked.id }).waitFor();

    await page.getByRole('link', { name: 'Overview' }).click();
    await isSettled(page);
    const after = await readFigure(page, 'So far this month');
    expect(exact(after) - exact(before)).toBe(exact(parked.costs));
  });

  it('that are implausible are counted when somebody says why', async () => {
    const { previousMonth } = stack.money;
    const account = 'auth0|astrid-berg';
    const before = await readTotals(previousMonth, account);
    const page = await visitor.open('/parked?reason=implausible');
    await page.getByRole('checkbox', { name: 'Choose collector-fault/routing' }).check();
    await page.getByRole('button', { name: 'Count as they are…' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('a training of two days');
    await page.getByRole('button', { name: 'Count 1 event' }).click();
    await page.getByRole('link', { name: 'collector-fault/routing' }).waitFor({ state: 'detached' });
    await expect
      .poll(async () => exact((await readTotals(previousMonth, account)).totalExact), { timeout: 20_000 })
      // 2,048 core-hours at 0.35 and 2 GB-hours at 0.035.
      .toBe(exact(before.totalExact) + exact('716.87'));
    await page.goto(`${stack.url}/accounts/${encode(account)}?month=${previousMonth}`);
    await isSettled(page);
    expect(exact(await readFigure(page, 'At list prices'))).toBe(exact(before.totalExact) + exact('716.87'));
  });
});

/** C4 and F4 are failures of the system that this one replaces: see ../counted-once-on-the-right-bill.test.ts. */
describe('an overview', () => {
  it('shows usage of a team to its owner, and no zeros to members (C4)', async () => {
    // In the running month some may not have worked yet.
    const { previousMonth: month } = stack.money;
    const members = DEMO_USERS.filter(({ accountOwnerId }) => accountOwnerId === 'auth0|nils-aker');
    const page = await visitor.open(`/?month=${month}`, { as: 'auth0|nils-aker' });
    expect(await readFigure(page, 'At list prices')).toBe((await readTotals(month, 'auth0|nils-aker')).totalExact);
    const shown = page.getByRole('region', { name: 'Cost by member' });
    const amounts = await shown.locator('tbody td:nth-last-child(2) data').all();
    const values = await Promise.all(amounts.map((amount) => amount.getAttribute('value')));
    const costs = values.map((value) => exact(value ?? ''));
    expect(costs.reduce((sum, cost) => sum + cost, 0n)).toBe(exact(await readFigure(page, 'At list prices')));
    for (const { name } of members) {
      const cost = await shown.getByRole('row', { name }).locator('td:nth-last-child(2) data').getAttribute('value');
      expect(exact(cost ?? '')).toBeGreaterThan(0n);
    }

    const [member] = members;
    const theirs = await visitor.open(`/?month=${month}`, { as: member?.id ?? '' });
    expect(await theirs.locator('h1').innerText()).toBe('My usage');
    const quantities = await theirs.locator('.figure-value data').all();
    expect(quantities.length).toBeGreaterThan(0);
    for (const quantity of quantities)
      expect(exact((await quantity.getAttribute('value')) ?? '', 32)).toBeGreaterThan(0n);
    expect(await theirs.locator('body').innerText()).not.toMatch(/\$|USD/);
  });

  it('begins the month at midnight UTC (F4)', async () => {
    const { month, previousMonth } = stack.money;
    const name = (of: string) =>
      new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', year: 'numeric', month: 'long' }).format(Date.parse(of));
    const lastMinute = Date.parse(`${month}-01T00:00:00Z`) - 60_000;
    for (const [timezone, moment, expected] of [
      // Afternoon of the last day there, and the first second of the month in UTC.
      ['America/Los_Angeles', lastMinute + 60_000, month],
      // The next month's afternoon there, and the last minute of the month in UTC.
      ['Pacific/Kiritimati', lastMinute, previousMonth],
    ] as const) {
      const page = await visitor.open('/', { timezone, prepare: (opened) => opened.clock.setFixedTime(moment) });
      await isSettled(page);
      expect(await page.locator('h1').innerText()).toBe(name(expected));
      expect(await readFigure(page, 'So far this month')).toBe(await readMonth(expected));
      expect(await page.locator('.chart table tbody th').first().innerText()).toBe(
        `${name(expected).slice(0, 3)} 1, ${expected.slice(0, 4)}`,
      );
    }
  });
});

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
  const links = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
  expect(await links.count()).toBe(0);
  await page.getByRole('button', { name: 'Menu' }).click();
  expect(await links.count()).toBeGreaterThan(10);
  for (const link of await links.all()) {
    const box = await link.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? NARROW.width) <= NARROW.width).toBe(true);
  }
});
