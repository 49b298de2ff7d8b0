import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { HOPSMETER_CHART, renderChart } from '../chart/render-chart.ts';
import { recordOf } from '../chart/template-functions.ts';
import { DASHBOARD } from './dashboard.ts';
import { makeDashboard, queriesIn } from './make-dashboard.ts';
import { GETTING_PROMETHEUS_MS, runPromtool } from './promtool.ts';

const FILE = `${HOPSMETER_CHART.folder}chart/files/dashboard.json`;
const MADE = makeDashboard(DASHBOARD);

const dashboardSchema = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
    }),
  ),
});

it('is what its description makes', async () => {
  await expect(MADE).toMatchFileSnapshot(FILE);
});

it(
  'asks questions that Prometheus understands',
  async () => {
    const rules = queriesIn(DASHBOARD).map((query, at) => ({
      record: `panel:${at}`,
      expr: query.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
    }));
    const files = { 'rules.json': { groups: [{ name: 'panels', rules }] } };
    expect(await runPromtool(['check', 'rules', 'rules.json'], { files })).toContain(`${rules.length} rules found`);
  },
  GETTING_PROMETHEUS_MS,
);

it('has a place for every panel, and none is upon another', () => {
  const { panels } = dashboardSchema.parse(JSON.parse(MADE));
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

it("comes with the chart as a ConfigMap that Grafana's sidecar finds", () => {
  const map = recordOf(
    parse(renderChart(HOPSMETER_CHART, { grafanaDashboard: { enabled: true } }).get('grafana-dashboard.yaml') ?? ''),
  );
  expect(recordOf(map.metadata).labels).toMatchObject({ grafana_dashboard: '1' });
  expect(recordOf(map.data)['hopsmeter.json']).toBe(MADE);
});

it('is found in the folder that the provider of a Grafana without Kubernetes names', () => {
  const provider = recordOf(parse(readFileSync(`${HOPSMETER_CHART.folder}grafana/provider.yaml`, 'utf8')));
  expect(provider).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: '/etc/grafana/dashboards/hopsmeter' } }],
  });
});
