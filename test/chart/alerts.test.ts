import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { findPrometheus } from '@hopsmeter/stack';

import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderChart } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

/** Covers getting Prometheus on a machine that has none. */
const DEADLINE_MS = 300_000;

const SPOOL_BYTES_MAX = 1_000_000;

const OURS = 'job="hopsmeter-collector", namespace="hopsmeter"';

/** By what happens, every five minutes from the start on: which alerts it raises, and which it does not. */
const STORIES: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'all is well',
    {
      collector_behind_seconds: '0x60',
      collector_until_loss_seconds: '172800x60',
      'collector_windows_total,outcome="collected"': '1+1x60',
      spool_waiting_bytes: '5000x60',
      spool_refusal_bytes: '0x60',
    },
    [],
  ],
  ['three hours behind', { collector_behind_seconds: '10800x60' }, []],
  ['four hours behind', { collector_behind_seconds: '14400x60' }, ['HopsmeterCollectorBehind']],
  ['eleven hours before a loss', { collector_until_loss_seconds: '39600x60' }, ['HopsmeterHoursAboutToBeLost']],
  [
    'an hour missing, the first ever',
    { 'collector_windows_total,outcome="missing"': '_x46 1x14' },
    ['HopsmeterHoursMissing'],
  ],
  [
    'an hour missing, one of several',
    { 'collector_windows_total,outcome="missing"': '7x46 8x14' },
    ['HopsmeterHoursMissing'],
  ],
  ['hours missing long ago', { 'collector_windows_total,outcome="missing"': '7x4 8x56' }, []],
  [
    'rows quarantined',
    { 'collector_rows_total,outcome="quarantined",reason="shared_gpu"': '_x46 3x14' },
    ['HopsmeterRowsQuarantined'],
  ],
  [
    'rows quarantined, some for a reason of before',
    {
      'collector_rows_total,outcome="quarantined",reason="negative_number"': '5x60',
      'collector_rows_total,outcome="quarantined",reason="shared_gpu"': '_x46 3x14',
    },
    ['HopsmeterRowsQuarantined'],
  ],
  ['rows ignored', { 'collector_rows_total,outcome="ignored",reason="no_usage"': '_x46 3x14' }, []],
  ['the spool at 80 %', { spool_waiting_bytes: '800000x60' }, []],
  ['the spool above 80 %', { spool_waiting_bytes: '800001x60' }, ['HopsmeterSpoolFillsUp']],
  ['an event refused', { spool_refusal_bytes: '100x60' }, ['HopsmeterEventsRefused']],
  ['no answer', { up: '0x60' }, ['HopsmeterCollectorAway']],
];

let directory: string;
let promtool: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-alerts-'));
  const { path } = await findPrometheus(join(directory, 'software'), () => undefined);
  promtool = join(dirname(path), 'promtool');
  const settings = { CLUSTER_ID: 'c', INGEST_URL: 'https://ingest.example.com', SPOOL_BYTES_MAX };
  const values = { settings, prometheusRule: { enabled: true } };
  const files = renderChart(values, { name: 'hopsmeter-collector', service: 'Helm' });
  const { spec } = recordOf(parse(files.get('prometheusrule.yaml') ?? ''));
  await writeFile(join(directory, 'rules.json'), JSON.stringify(spec));
}, DEADLINE_MS);
afterAll(() => rm(directory, { recursive: true, force: true }));

it('alerts on what a person has to see to, and on nothing else', async () => {
  const alerts = new Set(STORIES.flatMap(([, , raised]) => raised));
  const tests = STORIES.map(([name, series, raised]) => ({
    name,
    interval: '5m',
    input_series: Object.entries({ up: '1x60', ...series }).map(([key, values]) => {
      const [metric = '', ...labels] = key.split(',');
      return { series: `${metric}{${[OURS, 'source="compute"', ...labels].join(', ')}}`, values };
    }),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '4h',
        exp_samples: [...alerts]
          .filter((alert) => raised.includes(alert))
          .map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      },
    ],
  }));
  const file = join(directory, 'tests.json');
  await writeFile(file, JSON.stringify({ rule_files: ['rules.json'], evaluation_interval: '5m', tests }));
  const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', file]);
  expect(stdout).toContain('SUCCESS');
});
