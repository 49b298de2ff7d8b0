import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '@hopsmeter/stack';
import { addMonths, formatUsageDay, monthOf, usageDayOf } from '@hopsmeter/usage';
import { chromium } from 'playwright-core';
import { startPipeline } from '../harness/pipeline.ts';
import { fillConsole } from './page/fill-console.ts';
import { measureView, SLOW_FRAME_MS, type ViewFigures } from './page/measure-view.ts';
import { fillRollup } from './reads-fill.ts';

const HELP = `npm run bench -- --only page [--rows N] [--times N]

Measures how long the page takes to show each view, with 1,000 accounts, 10 clusters and a year of hours: from asking
for its address to its content, in Chromium with nothing kept (cold) and again (warm), and frames while scrolling.

  --rows N    rollup rows (default 2300000: the last three months)
  --times N   how often each view is opened, for the medians (default 5)`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2300000' },
    times: { type: 'string', default: '5' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const CONTENT_MS = 1_000;
const PAGE_BYTES = 250_000;
const WHO = 'development|billing-admin';
const DASHBOARD = fileURLToPath(new URL('../../../../services/dashboard/dist/assets', import.meta.url));

const TODAY = usageDayOf(Date.now() * 1_000);
const LAST_MONTH = formatUsageDay(addMonths(monthOf(TODAY), -1)).slice(0, 7);

const pipeline = await startPipeline({
  ingests: 0,
  workers: 0,
  apis: 1,
  isDurable: true,
  apiSettings: { API_DEVELOPMENT_SIGN_IN: 'true' },
});
const browser = await chromium.launch({
  executablePath: await findChromium((message) => process.stderr.write(`${message}\n`)),
  headless: true,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  process.exitCode = (await measureAll()) ? 0 : 1;
} finally {
  await browser.close();
  await pipeline.close();
}

async function measureAll(): Promise<boolean> {
  const { accountIds, rows } = await fillRollup(pipeline.pool, TODAY, Number(values.rows));
  await fillConsole(pipeline.pool);
  console.log(
    `${rows.toLocaleString('en-US')} rollup rows, ${accountIds.length} accounts, 10 clusters, a year of hours\n`,
  );
  const bytes = await pageBytes();
  console.log(`the whole page: ${bytes.toLocaleString('en-US')} bytes compressed (brotli), aim < ${PAGE_BYTES}\n`);
  console.log('| view | cold ms | warm ms | frames | slow | longest task ms |\n|---|---|---|---|---|---|');
  const figures: ViewFigures[] = [];
  for (const [view, path] of await listViews(accountIds[0] ?? '')) {
    const url = `${pipeline.apis[0]?.url}${path}`;
    const measured = await measureView(browser, { view, url, who: WHO, times: Number(values.times) });
    figures.push(measured);
    const { coldMs, warmMs, frames, slowFrames, longestTaskMs } = measured;
    console.log(
      `| ${view} | ${coldMs.toFixed(0)} | ${warmMs.toFixed(0)} | ${frames} | ${slowFrames} | ${longestTaskMs} |`,
    );
  }
  const late = figures.filter(({ coldMs }) => coldMs >= CONTENT_MS);
  const slow = figures.filter(({ slowFrames }) => slowFrames > 0);
  console.log(`\ncontent in < ${CONTENT_MS} ms: ${verdict(late)}`);
  console.log(`no frame over ${SLOW_FRAME_MS} ms while scrolling: ${verdict(slow)}`);
  return late.length === 0 && bytes < PAGE_BYTES;
}

function verdict(missed: readonly ViewFigures[]): string {
  return missed.length === 0 ? 'met by every view' : `MISSED by ${missed.map(({ view }) => view).join(', ')}`;
}

/** Every view that staff have, with the longest of what it can show. */
async function listViews(account: string): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await pipeline.pool.query<{ id: string }>('select id from hopsmeter.hopsworks_clusters limit 1');
  const cluster = rows[0]?.id ?? '';
  const id = encodeURIComponent(account);
  const [from, to] = [formatUsageDay(TODAY - 1), formatUsageDay(TODAY + 1)];
  return [
    ['overview', '/'],
    ['accounts', `/accounts?month=${LAST_MONTH}`],
    ['accounts by day', `/accounts?month=${LAST_MONTH}&look=days`],
    ['account', `/accounts/${id}?month=${LAST_MONTH}`],
    ['account: settings', `/accounts/${id}/settings`],
    ['account: people', `/accounts/${id}/people`],
    ['account: history', `/accounts/${id}/history`],
    ['draft statement', `/accounts/${id}/statements/${LAST_MONTH}`],
    ['events', `/events?account=${id}&from=${from}&to=${to}`],
    ['parked events', '/parked'],
    ['prices', '/prices'],
    ['months', '/months'],
    ['month', `/months/${LAST_MONTH}`],
    ['clusters', '/clusters'],
    ['cluster', `/clusters/${cluster}`],
    ['coverage', `/coverage?month=${LAST_MONTH}`],
    ['operations', '/operations'],
    ['reconciliations', '/operations/reconciliations'],
    ['webhooks', '/operations/webhooks'],
    ['audit log', '/operations/audit-log'],
  ];
}

/** All that the page consists of, as browsers get it. */
async function pageBytes(): Promise<number> {
  const names = await readdir(DASHBOARD);
  const sent = names.filter((name) => name.endsWith('.br') || (!names.includes(`${name}.br`) && !name.endsWith('.gz')));
  const sizes = await Promise.all(sent.map(async (name) => (await stat(join(DASHBOARD, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
