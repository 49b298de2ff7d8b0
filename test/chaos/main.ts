import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { listAllFaults } from './all-faults.ts';
import { formatReport, toReport } from './chaos-report.ts';
import { describeFault } from './plan.ts';
import { runChaos } from './run-chaos.ts';

const HELP = `npm run chaos -- [--seed N] [--minutes M] [--kills K] [--events-per-second E] [--json FILE]

Breaks the whole pipeline (2 ingests, 2 workers, Redis, Postgres, the connections between them) by a plan that the seed
decides, while clients send. Afterwards every acknowledged event must be counted exactly once, to the last digit.
Exits with 0 when all checks hold.

  --seed N                the plan and the events (default: one by chance, which is printed)
  --minutes M             how long faults are made (default 3); from 10 on they last longer too
  --kills K               SIGKILLs beside those of failpoints (default 10 for each minute)
  --events-per-second E   of all clients together (default 1000)
  --json FILE             also write the report as JSON`;

/** Enough for every run to be another one, short enough to be typed again. */
const SEEDS = 1_000_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '3' },
    kills: { type: 'string' },
    'events-per-second': { type: 'string', default: '1000' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const minutes = numberOf('minutes', values.minutes);
const options = {
  seed: numberOf('seed', values.seed ?? String(Math.floor(Math.random() * SEEDS))),
  minutes,
  kills: numberOf('kills', values.kills ?? String(Math.round(minutes * 10))),
  eventsPerSecond: numberOf('events-per-second', values['events-per-second']),
};

const interrupted = new AbortController();
// The faults end, everything is mended, checked and put away; a second signal does not wait for that.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });

const startedAt = performance.now();
const outcome = await runChaos({
  ...options,
  ingests: 2,
  workers: 2,
  faults: listAllFaults,
  signal: interrupted.signal,
  report: (message) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s  ${message}`),
  onPlan: (plan) => console.log([`seed ${options.seed}`, ...plan.map(describeFault)].join('\n')),
});
const report = toReport(options, outcome);
console.log(`\n${formatReport(report)}`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = outcome.isExact && !interrupted.signal.aborted ? 0 : 1;

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  console.error(`--${name}: expected a number, found ${text}`);
  process.exit(2);
}
