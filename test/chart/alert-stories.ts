import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPrometheus } from '@hopsmeter/stack';

/** Covers getting Prometheus on a machine that has none. */
export const GETTING_PROMETHEUS_MS = 300_000;

/**
 * What happens, by series, every five minutes for five hours, and which alerts fire after four: these and no others. A
 * series is a metric and its labels, with commas between; its values are written as `promtool test rules` reads them.
 */
export type Story = readonly [name: string, series: Readonly<Record<string, string>>, raised: readonly string[]];

export type Play = {
  /** A file of rules, as Prometheus reads it. */
  readonly rules: unknown;
  readonly stories: readonly Story[];
  /** What happens in every story that does not say otherwise. */
  readonly always: Readonly<Record<string, string>>;
  /** Of every series beside its own. */
  readonly labels: string;
};

/** @returns what promtool says. @throws when an alert fires that should not, or does not and should. */
export async function playStories({ rules, stories, always, labels }: Play): Promise<string> {
  const alerts = new Set(stories.flatMap(([, , raised]) => raised));
  const tests = stories.map(([name, series, raised]) => ({
    name,
    interval: '5m',
    input_series: Object.entries({ ...always, ...series }).map(([key, values]) => {
      const [metric = '', ...own] = key.split(',');
      return { series: `${metric}{${[labels, ...own].filter((text) => text !== '').join(', ')}}`, values };
    }),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '4h',
        exp_samples: [...alerts]
          .filter((alert) => raised.includes(alert))
          .map((alert) => ({ labels: `{alertname="${alert}"}`, value: raised.filter((one) => one === alert).length })),
      },
    ],
  }));
  return inFolder(async (folder) => {
    const file = join(folder, 'tests.json');
    await writeFile(join(folder, 'rules.json'), JSON.stringify(rules));
    await writeFile(file, JSON.stringify({ rule_files: ['rules.json'], evaluation_interval: '5m', tests }));
    return runPromtool(folder, ['test', 'rules', file]);
  });
}

/** Runs promtool, with `input` as what it reads. @returns its output. @throws with it where promtool complains. */
async function runPromtool(folder: string, args: readonly string[]): Promise<string> {
  const { path } = await findPrometheus(join(folder, 'software'), () => undefined);
  const { stdout } = await promisify(execFile)(join(dirname(path), 'promtool'), [...args]);
  return stdout;
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-alerts-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
