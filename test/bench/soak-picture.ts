import { findChromium } from '@hopsmeter/stack';
import { chromium } from 'playwright-core';
import { CHART_WIDTH, drawLineChart, type Line } from './line-chart.ts';
import type { Sample } from './soak-sample.ts';
import { rollupBytesPerRow } from './soak-verdict.ts';

export type DrawnSoak = {
  readonly date: string;
  readonly cores: number;
  readonly minutes: number;
  readonly eventsPerBatch: number;
  readonly connections: number;
  /** Events a second, on the ledger as it was before and after the run. */
  readonly maximumBefore: number;
  readonly maximumAfter: number;
  readonly pace: number;
  readonly samples: readonly Sample[];
};

const BLUE = '#1f6feb';
const ORANGE = '#c2570c';
const GREEN = '#1a7f4b';
const PURPLE = '#8250df';
const GRAY = '#7b8794';
const MARGIN = 40;
const MIB = 2 ** 20;

/** Writes a PNG of a soak: charts over the same minutes, one below the other. */
export async function drawSoak(run: DrawnSoak, file: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: await findChromium((message) => process.stderr.write(`${message}\n`)),
    headless: true,
    // Chromium refuses its sandbox as root. The only page that it opens is this one.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const viewport = { width: CHART_WIDTH + 2 * MARGIN, height: 400 };
    const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5 });
    await page.setContent(describeSoak(run));
    await page.screenshot({ path: file, fullPage: true });
  } finally {
    await browser.close();
  }
}

function describeSoak({
  date,
  cores,
  minutes,
  eventsPerBatch,
  connections,
  maximumBefore,
  maximumAfter,
  pace,
  samples,
}: DrawnSoak): string {
  const share = (maximum: number): string => `${Math.round((pace / maximum) * 100)} % of the ${whole(maximum)}`;
  const chart = (title: string, unit: string, lines: readonly Line[]): string =>
    drawLineChart({ title, unit, minutes: samples.map(({ at }) => at / 60), lines });
  const line = (name: string, color: string, value: (sample: Sample) => number): Line => ({
    name,
    color,
    values: samples.map(value),
  });
  const resident = (name: string, color: string): Line => line(name, color, ({ memory }) => (memory[name] ?? 0) / MIB);
  return `<!doctype html><meta charset="utf-8"><title>Soak</title>
<style>
body{margin:${MARGIN}px;background:#fff;color:#1f2933;font-family:"Liberation Sans","DejaVu Sans",Arial,sans-serif}
h1{font-size:22px;margin:0 0 6px}
p{margin:0 0 26px;color:#5c6b7a;font-size:14px}
svg{display:block;margin:0 0 18px;font-family:inherit}
</style>
<h1>hopsmeter: ${whole(minutes)} minutes under steady load</h1>
<p>${whole(pace)} events/s, ${share(maximumBefore)} before and ${share(maximumAfter)} after it;
batches of ${eventsPerBatch} on ${connections} connections; ${cores} cores for everything, the load included;
each point is 5 s; ${date.slice(0, 10)}</p>
${chart('Throughput', 'events/s', [
  line('acknowledged', BLUE, ({ acknowledgedPerSecond }) => acknowledgedPerSecond),
  line('recorded', GREEN, ({ recordedPerSecond }) => recordedPerSecond),
])}
${chart('Answer of the ingest', 'ms', [
  line('p99', ORANGE, ({ p99Ms }) => p99Ms),
  line('p50', BLUE, ({ p50Ms }) => p50Ms),
])}
${chart('Resident memory', 'MB', [
  resident('ingest', BLUE),
  resident('worker', GREEN),
  resident('redis', ORANGE),
  resident('load', GRAY),
])}
${chart('Waiting in Redis', 'events', [line('events', PURPLE, ({ waitingEvents }) => waitingEvents)])}
${chart('usage_daily with its indexes, per row', 'kB', [
  line('bytes per row', GREEN, (sample) => rollupBytesPerRow(sample) / 1_024),
])}
${chart('Dead row versions of usage_daily', 'rows', [
  line('dead rows', ORANGE, ({ rollupDeadRows }) => rollupDeadRows),
])}
${chart('Ledger (usage_events)', 'MB', [
  line('table', BLUE, ({ ledgerBytes }) => ledgerBytes / MIB),
  line('index', PURPLE, ({ ledgerIndexBytes }) => ledgerIndexBytes / MIB),
])}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
