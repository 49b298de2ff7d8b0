import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeConfig, loadConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { collectorConfigSchema } from '../services/collector/src/config.ts';
import { compileSchema } from './chart/chart-schema.ts';
import { COLLECTOR_CHART, renderChart, valuesWith } from './chart/render-chart.ts';
import { recordOf } from './chart/template-functions.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = readFileSync(join(ROOT, 'docs/collector.md'), 'utf8');

const RULE =
  renderChart(COLLECTOR_CHART, {
    settings: { CLUSTER_ID: 'c', INGEST_URL: 'https://ingest.example.com' },
    prometheusRule: { enabled: true },
  }).get('prometheusrule.yaml') ?? '';

describe('docs/collector.md', () => {
  it('installs with values that the chart and the collector take', () => {
    const values = recordOf(parse(/```yaml\n([\s\S]*?)```/.exec(sectionOf('Install'))?.[1] ?? ''));
    const isValid = compileSchema(COLLECTOR_CHART);
    expect(isValid(valuesWith(COLLECTOR_CHART, values)) || isValid.errors).toBe(true);
    const settings = { ...recordOf(values.settings), CLUSTER_KEY: 'k', RONDB_PASSWORD: 'p', HOPSWORKS_API_KEY: 'a' };
    const env = Object.entries(settings).map(([name, value]) => [name, String(value)]);
    expect(Object.keys(loadConfig(collectorConfigSchema, Object.fromEntries(env)))).toEqual(
      expect.arrayContaining(Object.keys(settings)),
    );
  });

  it('lists exactly the settings of the collector, with their defaults and meanings', () => {
    const rows = [...sectionOf('Settings').matchAll(/^\| `([A-Z0-9_]+)` \| (.+?) \| (.+) \|$/gm)];
    expect(rows.map(([, name, value, meaning]) => ({ name, value, meaning }))).toEqual(
      describeConfig(collectorConfigSchema).map(({ name, defaultValue, isRequired, description }) => ({
        name,
        value: isRequired ? 'required' : defaultValue === undefined ? 'not set' : `\`${defaultValue}\``,
        meaning: description,
      })),
    );
  });

  it('says of every reason that a row can have what it means, and of no other', () => {
    const code = ['packages/sources/src', 'packages/opencost/src'].flatMap(sourcesOf).join('\n');
    const given = new Set([...code.matchAll(/(?:reason: |quarantine\()'(\w+)'/g)].map(([, name]) => name));
    const listed = new Set([...sectionOf('Quarantine').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
    expect([...given].sort()).toEqual([...listed].sort());
  });

  it('lists exactly the alerts of the chart', () => {
    const listed = [...DOCS.matchAll(/^\| `(Hopsmeter\w+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual([...RULE.matchAll(/alert: (\w+)/g)].map(([, name]) => name));
  });

  it('names no metric that the collector does not have, and neither does an alert', () => {
    const declared = new Set(
      sourcesOf('services/collector/src').flatMap((text) =>
        [...text.matchAll(/(?:name: |gauge\()'(\w+)'/g)].map(([, name]) => name),
      ),
    );
    const named = [...`${DOCS}${RULE}`.matchAll(/\b(?:collector|spool)_\w+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !declared.has(name))).toEqual([]);
  });
});

function sectionOf(title: string): string {
  return (DOCS.split(`# ${title}\n`)[1] ?? '').split('\n#')[0] ?? '';
}

function sourcesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8'));
}
