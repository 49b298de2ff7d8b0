import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { addMonths, formatUsageDay, monthOf, usageDayOf } from '@hopsmeter/usage';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from '../harness/pipeline.ts';
import { readUsage } from './process-usage.ts';
import { fillRollup } from './reads-fill.ts';
import { type ReadFigures, readResults } from './results.ts';
import { percentile } from './statistics.ts';

const HELP = `npm run bench -- --only reads [--rows N] [--seconds N] [--json FILE]

Measures how long the api takes to answer with a full rollup: 1,000 accounts of 25 rows a day, as many days as it takes,
400 with ten million rows. Then it streams a month as CSV. What is read must add up.

  --rows N      rollup rows (default 10000000)
  --seconds N   length of each measurement (default 10)
  --json FILE   also write the figures as JSON, beside the other parts that the file has`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

/** Answers before the first that counts: connections open, plans and pages are warm. */
const WARM_UP = 5;

const TODAY = usageDayOf(Date.now() * 1_000);
/** The newest month that is whole, and the day after it. */
const LAST_MONTH = addMonths(monthOf(TODAY), -1);
const MONTH = formatUsageDay(LAST_MONTH).slice(0, 7);
const IN_MONTH = `from=${formatUsageDay(LAST_MONTH)}&to=${formatUsageDay(monthOf(TODAY))}`;

const pipeline = await startPipeline({ ingests: 0, workers: 0, apis: 1, isDurable: true });
try {
  process.exitCode = (await measureAll(pipeline)) ? 0 : 1;
} finally {
  await pipeline.close();
}

async function measureAll({ pool, apis }: Pipeline): Promise<boolean> {
  const startedAt = performance.now();
  const { accountIds, rows, days } = await fillRollup(pool, TODAY, Number(values.rows));
  const filled = (performance.now() - startedAt) / 1_000;
  console.log(`\n${cpus().length} cores; ${whole(rows)} rollup rows, ${accountIds.length} accounts, ${days} days`);
  console.log(`(filled in ${filled.toFixed(0)} s; ${await sizes(pool)})\n`);
  const [account = ''] = accountIds;
  const accountPath = (n: number): string =>
    `/v1/accounts/${encodeURIComponent(accountIds[(n * 37) % accountIds.length] ?? account)}/totals?${IN_MONTH}`;
  const answers: ReadFigures[] = [];
  const results = [
    await measure("an account's month by day and meter", 10, (n) => `${accountPath(n)}&groupBy=day,meter`),
    await measure("an account's month by user and meter", 10, (n) => `${accountPath(n)}&groupBy=user,meter`),
    await measure("1,000 accounts' month", 200, () => `/v1/accounts?month=${MONTH}&limit=1000`),
    await measure("1,000 accounts' month, by name, this month", 200, () => '/v1/accounts?limit=1000&sort=name'),
    await measure('totals of a month by day and meter', 200, () => `/v1/totals?${IN_MONTH}&groupBy=day,meter`),
    await measure('totals of a month by cluster', undefined, () => `/v1/totals?${IN_MONTH}&groupBy=cluster`),
    await measure('totals of 400 days by meter', undefined, () => `/v1/totals?${last(400)}&groupBy=meter`),
    await measure("100 rows of an account's month", undefined, (n) => {
      const id = encodeURIComponent(accountIds[(n * 37) % accountIds.length] ?? account);
      return `/v1/usage-daily?${IN_MONTH}&account=${id}`;
    }),
    await measure('100 rows of a month', undefined, () => `/v1/usage-daily?${IN_MONTH}`),
  ];
  const isExact = await streamMonth(apis[0]?.pid ?? 0);
  console.log(`pages, totals and CSV add up to the same: ${isExact ? 'exact' : 'NOT EXACT'}`);
  if (values.json !== undefined) {
    const run = { date: new Date().toISOString(), rows, answers, isExact };
    const earlier = await readResults(values.json);
    await writeFile(values.json, `${JSON.stringify({ ...earlier, reads: run }, null, 2)}\n`);
  }
  return isExact && results.every(Boolean);

  async function measure(name: string, targetMs: number | undefined, path: (n: number) => string): Promise<boolean> {
    for (let n = 0; n < WARM_UP; n++) await ask(path(n));
    const latenciesMs: number[] = [];
    const end = performance.now() + Number(values.seconds) * 1_000;
    for (let n = 0; performance.now() < end; n++) {
      const before = performance.now();
      await ask(path(n));
      latenciesMs.push(performance.now() - before);
    }
    const p95 = percentile(latenciesMs, 0.95);
    answers.push({ name, p50Ms: percentile(latenciesMs, 0.5), p95Ms: p95 });
    const isMet = targetMs === undefined || p95 < targetMs;
    const target = targetMs === undefined ? '' : `, aim p95 < ${targetMs}: ${isMet ? 'met' : 'MISSED'}`;
    console.log(
      `${name}: p50 ${percentile(latenciesMs, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)} ms (${latenciesMs.length} ` +
        `answers)${target}`,
    );
    return isMet;
  }

  async function ask(path: string, accept = 'application/json'): Promise<Response> {
    const headers = { authorization: `Bearer ${SERVICE_ROLE_KEY}`, accept };
    const answer = await fetch(`${apis[0]?.url}${path}`, { headers });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    if (accept === 'application/json') await answer.arrayBuffer();
    return answer;
  }

  /** Streams the month, and compares its sum with the total. */
  async function streamMonth(apiPid: number): Promise<boolean> {
    const before = performance.now();
    const { body } = await ask(`/v1/usage-daily?${IN_MONTH}`, 'text/csv');
    if (body === null) throw new Error('no file came');
    let [lines, bytes, cost, rest, column] = [0, 0, 0n, '', -1];
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\r\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        const cells = line.split(',');
        if (column < 0) column = cells.indexOf('costExact');
        else cost += BigInt((cells[column] ?? '').replace('.', ''));
        lines += 1;
      }
    }
    const seconds = (performance.now() - before) / 1_000;
    const peak = readUsage(apiPid).peakMemoryBytes / 2 ** 20;
    console.log(
      `a month as CSV: ${whole(lines - 1)} rows, ${whole(bytes / 2 ** 20)} MB in ${seconds.toFixed(1)} s; the api's ` +
        `memory was ${whole(peak)} MB at most`,
    );
    const text = await (await ask(`/v1/totals?${IN_MONTH}`, '*/*')).text();
    const exact = `${cost.toString().slice(0, -12)}.${cost.toString().slice(-12)}`;
    const isExact = text.includes(`"totalExact":"${exact}"`);
    if (!isExact) console.log(`the rows add up to ${exact}, the total is ${text.slice(0, 200)}`);
    return isExact;
  }
}

async function sizes(pool: Pipeline['pool']): Promise<string> {
  const { rows } = await pool.query<{ text: string }>(
    `select string_agg(name || ' ' || pg_size_pretty(pg_total_relation_size(name::regclass)), ', ') as text
    from unnest(array['hopsmeter.usage_daily', 'hopsmeter.account_days']) as name`,
  );
  return rows[0]?.text ?? '';
}

function last(days: number): string {
  return `from=${formatUsageDay(TODAY + 1 - days)}&to=${formatUsageDay(TODAY + 1)}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
