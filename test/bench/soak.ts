import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { isExact, readAccount } from './exactness.ts';
import { createHistogram } from './histogram.ts';
import { measureLoad } from './measure-load.ts';
import { createSampler, type Meanwhile, type Sample } from './soak-sample.ts';
import { formatRule, judge, RULES } from './soak-verdict.ts';
import { startStage } from './stage.ts';

const HELP = `npm run bench -- --only soak [--minutes N] [--rate N] [--json FILE] [--png FILE]

Runs the pipeline for long at 70 % of what it does at most, batches of 100 on 8 connections, and looks at it every 5 s.
Then everything must be recorded exactly, and by the stated rules memory, answers and the rollup's size must not have
grown. The maximum is measured for 30 s before and once more after it, when the ledger is large.

  --minutes N   how long (default 30)
  --rate N      events per second, instead of 70 % of the maximum before
  --json FILE   write all samples
  --png FILE    write a picture of the run; docs/images/soak.png is made so`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string' },
    json: { type: 'string' },
    png: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const LOAD = { eventsPerBatch: 100, connections: 8 } as const;
const SHARE_OF_MAXIMUM = 0.7;
const MAXIMUM_SECONDS = 30;
const SAMPLE_MS = 5_000;

/** One line for each minute is enough to see that it runs. */
const SAMPLES_PER_LINE = 12;

const stage = await startStage();
const redis = new Redis(stage.pipeline.redis.url);
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  redis.disconnect();
  await stage.close();
}

async function soak(): Promise<boolean> {
  const minutes = Number(values.minutes);
  const maximumBefore = await measureMaximum();
  const pace = Math.round(values.rate === undefined ? maximumBefore * SHARE_OF_MAXIMUM : Number(values.rate));
  console.log(
    `${minutes} minutes at ${whole(pace)} events/s, batches of ${LOAD.eventsPerBatch} on ${LOAD.connections}`,
  );
  const samples = await runSampled(pace, minutes * 60);
  await stage.drained();
  const maximumAfter = await measureMaximum();
  const account = await readAccount(stage.pool);
  const isRight = isExact(account, stage.expected());
  const rules = judge(samples, pace);
  console.log(`\n${RULES}\n\n${rules.map(formatRule).join('\n')}`);
  console.log(
    `${whole(account.recorded)} events sent = recorded = ledger = rollup: ${isRight ? 'exact' : 'NOT EXACT'}`,
  );
  const run = {
    date: new Date().toISOString(),
    cores: cpus().length,
    minutes,
    ...LOAD,
    maximumBefore,
    maximumAfter,
    pace,
  };
  const isKept = isRight && rules.every((rule) => rule.isKept);
  console.log(isKept ? 'the soak is passed' : 'the soak is FAILED');
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ ...run, isExact: isRight, isKept, rules, samples })}\n`);
  if (values.png !== undefined) {
    // Loaded only now: what drives the browser takes memory that the load should have.
    const { drawSoak } = await import('./soak-picture.ts');
    await drawSoak({ ...run, samples }, values.png);
  }
  return isKept;
}

async function measureMaximum(): Promise<number> {
  console.log(`measuring the maximum for ${MAXIMUM_SECONDS} s`);
  const { eventsPerSecond } = await measureLoad(stage, LOAD, MAXIMUM_SECONDS);
  console.log(`at most ${whole(eventsPerSecond)} events/s`);
  return eventsPerSecond;
}

async function runSampled(pace: number, seconds: number): Promise<readonly Sample[]> {
  const meanwhile: Meanwhile = { acknowledged: 0, latencies: createHistogram() };
  const sample = createSampler(stage, redis, stage.expected());
  const samples: Sample[] = [];
  let isRunning = true;
  const load = stage
    .load({
      ...LOAD,
      seconds,
      pace,
      onAcknowledged: (events, latencyMs) => {
        meanwhile.acknowledged += events;
        meanwhile.latencies.add(latencyMs);
      },
    })
    .finally(() => {
      isRunning = false;
    });
  const begin = performance.now();
  const watch = async (): Promise<void> => {
    for (let due = begin + SAMPLE_MS; isRunning && due < begin + seconds * 1_000; due += SAMPLE_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      samples.push(await sample(meanwhile));
      if (samples.length % SAMPLES_PER_LINE === 0) console.log(describe(samples));
    }
  };
  await Promise.all([load, watch()]);
  return samples;
}

function describe(samples: readonly Sample[]): string {
  const sample = samples.at(-1);
  if (sample === undefined) return '';
  const { at, acknowledgedPerSecond, p50Ms, p99Ms, waitingEvents, memory, rollupDeadRows } = sample;
  const megabytes = Object.entries(memory).map(([name, bytes]) => `${name} ${whole(bytes / 2 ** 20)}`);
  return (
    `${Math.round(at / 60)} min: ${whole(acknowledgedPerSecond)} events/s, p50 ${p50Ms.toFixed(1)}, p99 ` +
    `${p99Ms.toFixed(1)} ms, ${whole(waitingEvents)} waiting, ${megabytes.join(', ')} MB, ` +
    `${whole(rollupDeadRows)} dead rows`
  );
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
