import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileSchema } from './chart/chart-schema.ts';
import { HOPSMETER_CHART, readChartFile, renderChart, valuesWith } from './chart/render-chart.ts';
import { recordOf } from './chart/template-functions.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
const [INSTALL, ADAPTER] = [...DOCS.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => recordOf(parse(text)));

describe('docs/kubernetes.md', () => {
  it.each(['values-supabase.yaml', 'values-in-cluster.yaml'])(
    'installs with values that the chart takes: %s',
    (name) => {
      const chosen = valuesWith(HOPSMETER_CHART, recordOf(parse(readChartFile(HOPSMETER_CHART, name))));
      const isValid = compileSchema(HOPSMETER_CHART);
      const values = {
        ...chosen,
        ...INSTALL,
        settings: { ...recordOf(chosen.settings), ...recordOf(INSTALL?.settings) },
      };
      const secrets = { ...recordOf(chosen.secrets), ...recordOf(INSTALL?.secrets) };
      expect(isValid(valuesWith(HOPSMETER_CHART, { ...values, secrets })) || isValid.errors).toBe(true);
      expect(renderChart(HOPSMETER_CHART, recordOf(INSTALL)).get('ingresses.yaml')).toContain('ingest.example.com');
    },
  );

  it('names values and files that there are', () => {
    const values = recordOf(parse(readChartFile(HOPSMETER_CHART, 'values.yaml')));
    const [, table = ''] = DOCS.split('\n## The chart\n');
    const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)]);
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.map(([, name = '']) => name).filter((name) => !(name in values))).toEqual([]);
    for (const [path] of DOCS.matchAll(/deploy\/[\w./-]+[\w]/g)) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  it('has a rule of prometheus-adapter for the metric that workers are scaled by', () => {
    const { metricName } = recordOf(recordOf(recordOf(valuesWith(HOPSMETER_CHART, {})).worker).autoscaling);
    expect(JSON.stringify(ADAPTER)).toContain(`"as":"${metricName}"`);
  });
});
