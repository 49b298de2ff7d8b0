import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  changePrices,
  createPool,
  kindOfFailure,
  listRateCards,
  loadDirectory,
  migrate,
  type Pool,
  type PriceChange,
  previewPriceChange,
  reRatePart,
} from '@hopsmeter/db';
import { startPostgres } from '@hopsmeter/stack';
import {
  addMonths,
  createDirectory,
  formatUsageDay,
  MICROS_PER_DAY,
  monthOf,
  parseQuantity,
  usageDayOf,
} from '@hopsmeter/usage';
import { closeMonth } from '../support/db/close-month.ts';
import { recordUsage } from '../support/db/record-usage.ts';
import { type SeededDirectory, seedDirectory } from '../support/db/seed-directory.ts';
import { type ReRatedMonth, readResults } from './results.ts';
import { percentile } from './statistics.ts';

const HELP = `npm run bench -- --only re-rating [--rows N] [--json FILE]

Measures how long a price change of a month takes: its dry run, and re-rating all of its rollup rows while usage is
recorded, first in an open month, then with the month closed for a part of the accounts. Afterwards every row must cost
what it should.

  --rows N      rollup rows of the month (default 2000000)
  --json FILE   also write the figures as JSON, beside the other parts that the file has`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const MONTH = addMonths(monthOf(usageDayOf(Date.now() * 1_000)), -1);
const DAYS = addMonths(MONTH, 1) - MONTH;
const METERS = 6;
const MEMBERS = 10;
const ACCOUNTS = Math.max(1, Math.round(Number(values.rows) / (DAYS * METERS * MEMBERS)));

/**
 * Of the accounts, how many have their month closed before the second change: each of their rows gets an adjustment.
 */
const CLOSED_SHARE = 0.1;

/** Pause between two batches of the load: ingest is not what is measured here. */
const LOAD_PAUSE_MS = 50;
const LOAD_EVENTS = 100;

const months: ReRatedMonth[] = [];

const WHO = { actor: { kind: 'system', id: 'bench' }, requestId: 'bench' } as const;

const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-bench-'));
const postgres = await startPostgres({ directory });
const pool = createPool({ url: postgres.url, connectionsMax: 6, onIdleError: () => undefined });
try {
  await migrate(postgres.url);
  const seeded = await seedDirectory(pool);
  const rows = await fill(pool, seeded);
  const [version] = (await pool.query<{ version: string }>("select current_setting('server_version') as version")).rows;
  console.log(
    `\n${cpus().length} cores, PostgreSQL ${version?.version}; ${format(rows)} rollup rows in ${DAYS} days\n`,
  );
  const idle = await load(pool, seeded, async () => new Promise((resolve) => setTimeout(resolve, 5_000)));
  console.log(`recording ${LOAD_EVENTS} events, nothing else going on: ${describe(idle.latenciesMs)}`);
  let isExact = await measure(0, 2n, seeded);
  const closedCount = Math.ceil(ACCOUNTS * CLOSED_SHARE);
  for (let n = 0; n < closedCount; n++) await closeMonth(pool, accountId(n), formatUsageDay(MONTH));
  // As it would be found some days later.
  await pool.query('vacuum analyze hopsmeter.usage_daily');
  const before = await hashClosed(pool);
  isExact = (await measure(closedCount, 3n, seeded)) && isExact;
  isExact = (await hashClosed(pool)) === before && isExact;
  console.log(`\nevery row costs what it should, and closed rows did not change: ${isExact ? 'exact' : 'NOT EXACT'}`);
  process.exitCode = isExact ? 0 : 1;
  if (values.json !== undefined) {
    const reRating = { date: new Date().toISOString(), months, isExact };
    await writeFile(values.json, `${JSON.stringify({ ...(await readResults(values.json)), reRating }, null, 2)}\n`);
  }
} finally {
  await pool.end();
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
}

/** Changes the price of each meter from the month's first day on, for everybody, and re-rates. */
async function measure(closedAccounts: number, factor: bigint, seeded: SeededDirectory): Promise<boolean> {
  let dryRunMs = 0;
  let expectedRows = 0;
  const ids: string[] = [];
  for (const change of await createChanges(factor)) {
    const startedAt = performance.now();
    const { fingerprint, total } = await previewPriceChange(pool, change);
    dryRunMs += performance.now() - startedAt;
    expectedRows += total.changedRows;
    ids.push((await changePrices(pool, WHO, { change, reason: 'bench', fingerprint })).id);
  }
  const parts: number[] = [];
  const { elapsedMs, latenciesMs } = await load(pool, seeded, async () => {
    for (;;) {
      const startedAt = performance.now();
      const part = await reRatePart(pool).catch((error: unknown) => {
        if (kindOfFailure(error) !== 'retry') throw error;
        return 'retry' as const;
      });
      if (part === undefined) return;
      parts.push(performance.now() - startedAt);
    }
  });
  const { rows } = await pool.query<{ count: string }>(
    'select sum(changed_rows)::text as count from hopsmeter.price_changes where id = any ($1::uuid[])',
    [ids],
  );
  const count = Number(rows[0]?.count ?? 0);
  const seconds = elapsedMs / 1_000;
  const name =
    closedAccounts === 0 ? 'an open month' : `a month that ${closedAccounts} of ${ACCOUNTS} accounts have closed`;
  console.log(`\n${name}, ${ids.length} price changes, one for each meter:`);
  console.log(`  dry runs, together: ${(dryRunMs / 1_000).toFixed(1)} s, ${format(expectedRows)} rows`);
  console.log(
    `  re-rating: ${format(count)} rows in ${seconds.toFixed(1)} s, ${format(Math.round(count / seconds))} rows/s`,
  );
  console.log(`  ${parts.length} transactions: ${describe(parts)}`);
  console.log(`  recording ${LOAD_EVENTS} events meanwhile: ${describe(latenciesMs)}`);
  months.push({
    closedAccounts,
    accounts: ACCOUNTS,
    rows: count,
    dryRunsSeconds: dryRunMs / 1_000,
    seconds,
    p50Ms: percentile(parts, 0.5),
    p95Ms: percentile(parts, 0.95),
    maxMs: percentile(parts, 1),
  });
  return isRight();
}

async function createChanges(factor: bigint): Promise<readonly PriceChange[]> {
  const [card] = await listRateCards(pool);
  if (card === undefined) throw new Error('there is no rate card');
  return card.rates
    .filter(({ validTo }) => validTo === null)
    .map(({ meter, price, priceQuantity }) => {
      const terms = { price: parseQuantity(price) * factor, priceQuantity: parseQuantity(priceQuantity) };
      const flat = { ...terms, model: 'flat', tiers: [], includedQuantity: 0n } as const;
      return { kind: 'set_rate', rateCardId: card.id, meter, validFrom: MONTH, terms: flat };
    });
}

/**
 * Whether every key of rows costs what the prices in force make of its quantities, adjustments included; day by day.
 */
async function isRight(): Promise<boolean> {
  for (let day = MONTH; day < MONTH + DAYS; day++) {
    const { rowCount } = await pool.query(
      `with prices as materialized (
        select meters.meter, effective.price as now, effective.price_quantity as per
        from hopsmeter.meters, hopsmeter.effective_price('', meters.meter, $1::date) as effective
      )
      select from hopsmeter.usage_daily join prices using (meter)
      where usage_date = $1::date
      group by account_owner_id, user_id, hopsworks_cluster_id, project_id, meter
      having sum(cost) <> sum(round(quantity * now / per, 12))`,
      [formatUsageDay(day)],
    );
    if (rowCount !== 0) return false;
  }
  return true;
}

/** Runs something while usage is recorded; says how long both took. */
async function load(
  on: Pool,
  { clusterId }: SeededDirectory,
  work: () => Promise<unknown>,
): Promise<{ elapsedMs: number; latenciesMs: readonly number[] }> {
  // Workers remember it too, until it changes.
  const cached = createDirectory(await loadDirectory(on));
  let isRunning = true;
  const latenciesMs: number[] = [];
  const recording = (async () => {
    for (let round = 0; isRunning; round++) {
      const events = Array.from({ length: LOAD_EVENTS }, (_, n) => {
        const start = (MONTH + ((n + round) % DAYS)) * MICROS_PER_DAY;
        const id = `${performance.now()} ${n}`;
        return { id, clusterId, subject: memberId(n % (ACCOUNTS * MEMBERS)), start, end: start, quantity: '0.001' };
      });
      const startedAt = performance.now();
      await recordUsage(on, events, cached);
      latenciesMs.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, LOAD_PAUSE_MS));
    }
  })();
  const startedAt = performance.now();
  await work();
  const elapsedMs = performance.now() - startedAt;
  isRunning = false;
  await recording;
  return { elapsedMs, latenciesMs };
}

/** Names the closed rows: any change of them gives another number. */
async function hashClosed(on: Pool): Promise<string> {
  const { rows } = await on.query<{ hash: string }>(`
    select count(*) || ' ' || coalesce(sum(hashtextextended(daily::text, 0)::numeric), 0) as hash
    from hopsmeter.usage_daily as daily
    join (select account_owner_id, max(month) + interval '1 month' as since from hopsmeter.statements
      group by 1) as openings
      using (account_owner_id)
    where booked_on < since`);
  return rows[0]?.hash ?? '';
}

/** A month of each member, day and meter, written past the services and without the triggers that check references. */
async function fill(on: Pool, { clusterId }: SeededDirectory): Promise<number> {
  const client = await on.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into hopsmeter.users (id) select 'auth0|' || lpad(n::text, 6, '0') || '-owner'
        from generate_series(0, $1 - 1) as n`,
      [ACCOUNTS],
    );
    await client.query(
      `insert into hopsmeter.users (id, account_owner_id)
      select 'auth0|' || lpad(n::text, 6, '0') || '-member',
        'auth0|' || lpad((n / $2::integer)::text, 6, '0') || '-owner'
      from generate_series(0, $1::integer * $2::integer - 1) as n`,
      [ACCOUNTS, MEMBERS],
    );
    await client.query(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      select id, $1::uuid, '-infinity' from hopsmeter.users where id like '%-member'`,
      [clusterId],
    );
    await client.query('set local session_replication_role = replica');
    let rows = 0;
    for (let day = MONTH; day < MONTH + DAYS; day++) {
      const filled = await client.query(
        `insert into hopsmeter.usage_daily
          (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price,
           price_quantity, event_count, first_event_at, last_event_at)
        select $2::date, $2::date, users.account_owner_id, users.id, $1::uuid, rates.meter,
          (random() * 100)::numeric(38, 12), rates.id, rates.price, rates.price_quantity, 24, $2::date, $2::date
        from hopsmeter.users, hopsmeter.rates
        where users.id like '%-member' order by users.account_owner_id, users.id, rates.meter`,
        [clusterId, formatUsageDay(day)],
      );
      rows += filled.rowCount ?? 0;
    }
    await client.query('commit');
    await client.query('vacuum analyze hopsmeter.usage_daily');
    return rows;
  } finally {
    client.release();
  }
}

function accountId(n: number): string {
  return `auth0|${String(n).padStart(6, '0')}-owner`;
}

function memberId(n: number): string {
  return `auth0|${String(n).padStart(6, '0')}-member`;
}

function describe(valuesMs: readonly number[]): string {
  const at = (share: number): string => percentile(valuesMs, share).toFixed(0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
