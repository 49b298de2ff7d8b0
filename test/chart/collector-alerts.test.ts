import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { playStories, type Story } from '../watching/play-stories.ts';
import { GETTING_PROMETHEUS_MS } from '../watching/promtool.ts';
import { COLLECTOR_CHART, renderChart } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

const SPOOL_BYTES_MAX = 1_000_000;

const STORIES: readonly Story[] = [
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

it(
  'alerts on what a person has to see to, and on nothing else',
  async () => {
    const settings = { CLUSTER_ID: 'c', INGEST_URL: 'https://ingest.example.com', SPOOL_BYTES_MAX };
    const files = renderChart(COLLECTOR_CHART, { settings, prometheusRule: { enabled: true } });
    const { spec } = recordOf(parse(files.get('prometheusrule.yaml') ?? ''));
    const always = { up: '1x60' };
    const labels = ['job="hopsmeter-collector"', 'source="compute"'];
    const scenes = STORIES.map((story) => [story]);
    const said = await playStories({ rules: spec, scenes, always, labels, interval: '5m', askedAt: '4h' });
    expect(said).toContain('SUCCESS');
  },
  GETTING_PROMETHEUS_MS,
);
