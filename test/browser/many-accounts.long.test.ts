import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seedDirectory } from '../support/db/test-database.ts';
import { type Stack, startStack } from './harness/demo-stack.ts';
import { createVisitor, isSettled, photograph, type Visitor } from './harness/open-page.ts';
import { centsOfAccounts, downloadDailyRows, exact } from './harness/read-page.ts';

/** As many rows as the report had that lost a third of them. */
const ACCOUNTS = 1_242;

/** So many rows are in the document at most, of however many there are. */
const ROWS_MAX = 120;

/** A day of every account for each of 31 days: cost that no float adds up right. */
const FILL = `
with accounts as (
  insert into hopsmeter.users (id, name, email)
  select 'auth0|many-' || lpad(n::text, 4, '0'), 'Account ' || lpad(n::text, 4, '0'), 'account' || n || '@example.com'
  from generate_series(1, $2) as n returning id
), numbered as (select id, row_number() over (order by id) as n from accounts)
insert into hopsmeter.usage_daily
  (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price,
   price_quantity, event_count, first_event_at, last_event_at)
select day, day, numbered.id, numbered.id, $1::uuid, rates.meter,
  0.1 * numbered.n * (1 + extract(day from day) % 5) + 0.000000000001, rates.id, rates.price, rates.price_quantity, 1,
  day, day
from numbered
cross join (select $3::date + n as day from generate_series(0, 30) as n) as days
cross join (select * from hopsmeter.rates where meter = 'cpu_hours') as rates
`;

/** The last month of 31 days that is over. */
const month = ((): string => {
  const date = new Date();
  do date.setUTCDate(0);
  while (date.getUTCDate() !== 31);
  return date.toISOString().slice(0, 7);
})();

let stack: Stack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  const { pool } = stack.pipeline;
  const { clusterId } = await seedDirectory(pool);
  const { rowCount } = await pool.query(FILL, [clusterId, ACCOUNTS, `${month}-01`]);
  expect(rowCount).toBe(ACCOUNTS * 31);
  await pool.query('vacuum analyze hopsmeter.usage_daily');
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

/** B10 is a failure of the system that this one replaces: see ../counted-once-on-the-right-bill.test.ts. */
describe('a month of 1,242 accounts', () => {
  it('has every account in its table, and their sum to the cent', async () => {
    const page = await visitor.open(`/months/${month}`);
    const table = page.getByRole('table', { name: 'Accounts' });
    // With the row of headings.
    await expect.poll(() => table.getAttribute('aria-rowcount'), { timeout: 20_000 }).toBe(String(ACCOUNTS + 1));
    const shown = (await page.locator('tfoot td data').first().getAttribute('value')) ?? '';
    const { months } = z
      .object({ months: z.array(z.object({ month: z.string(), total: z.string() })) })
      .parse(await stack.ask('/v1/months'));
    expect(exact(shown)).toBe(exact(months.find((each) => each.month === month)?.total ?? ''));
    expect(await table.getByRole('row').count(), 'only those near the screen').toBeLessThan(ROWS_MAX);
  });
});

describe('a report', () => {
  it('of 1,242 rows ends after the last one, not after 1,000 (B10)', async () => {
    const page = await visitor.open(`/accounts?month=${month}`);
    const shown = (await page.locator('tfoot td data').first().getAttribute('value')) ?? '';
    const rows = await downloadDailyRows(page);
    expect(rows).toHaveLength(ACCOUNTS * 31);
    expect(exact(shown) / 10n ** 10n).toBe(centsOfAccounts(rows));

    // The rest comes when the reader comes near the end of what is there.
    const table = page.getByRole('table', { name: 'Accounts' });
    const scrollToEnd = () => page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await expect
      .poll(() => scrollToEnd().then(() => table.getAttribute('aria-rowcount')), { timeout: 20_000 })
      // With the row of headings, and the two accounts of the directory that these were added to.
      .toBe(String(ACCOUNTS + 3));
    expect(await page.getByRole('button', { name: 'Show more accounts' }).count()).toBe(0);
    await scrollToEnd();
    await page.getByRole('link', { name: 'Account 0001', exact: true }).waitFor();
  });
});

describe('a thousand accounts of 31 days', () => {
  it.each([
    ['list', ''],
    ['days', '&look=days'],
  ])('stay smooth as %s: only rows near the screen are in the document', async (look, query) => {
    const page = await visitor.open(`/accounts?month=${month}${query}`);
    const table = page.locator('#view table');
    expect(Number(await table.getAttribute('aria-rowcount'))).toBe(1_001);
    await photograph(page, `many-accounts-${look}`, { isWhole: false });
    const { frames, slow, longest, rows, last } = z
      .object({ frames: z.number(), slow: z.number(), longest: z.number(), rows: z.number(), last: z.string() })
      .parse(await page.evaluate(SCROLL));
    process.stdout.write(
      `1,000 accounts as ${look}: ${frames} frames while scrolling, ${slow} over 50 ms, longest task ${longest} ms, ` +
        `${rows} rows\n`,
    );
    expect(rows).toBeLessThan(ROWS_MAX);
    expect(frames).toBeGreaterThan(10);
    expect(last).not.toBe('');
    await isSettled(page);
  });
});

/** Scrolls from the top to the end, a screen in three frames, and watches what the browser makes of it. */
const SCROLL = `new Promise((resolve) => {
  let [frames, slow, longest, rows] = [0, 0, 0, 0];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest = Math.max(longest, Math.round(entry.duration));
  }).observe({ type: 'longtask' });
  let before = performance.now();
  const step = (now) => {
    frames += 1;
    if (now - before > 50) slow += 1;
    before = now;
    rows = Math.max(rows, document.querySelectorAll('tbody tr').length);
    const end = document.documentElement.scrollHeight - innerHeight;
    if (scrollY >= end - 1) {
      const last = [...document.querySelectorAll('tbody th')].at(-1)?.innerText ?? '';
      setTimeout(() => resolve({ frames, slow, longest, rows, last }), 100);
      return;
    }
    scrollBy(0, innerHeight / 3);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;
