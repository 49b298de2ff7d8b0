import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COLLECTOR_CHART, HOPSMETER_CHART, renderChart } from './render-chart.ts';

/** What has no default. Whoever forgets to replace it is told so by the collector, in its log. */
const TO_REPLACE = { CLUSTER_ID: 'REPLACE-WITH-THE-ID-OF-THE-CLUSTER', INGEST_URL: 'REPLACE-WITH-THE-URL-OF-INGEST' };

describe.each([
  ['collector', COLLECTOR_CHART, { settings: TO_REPLACE }],
  ['hopsmeter', HOPSMETER_CHART, { migrate: { isHook: false } }],
] as const)('the manifests of deploy/%s', (folder, chart, values) => {
  const head = `# Rendered from deploy/${folder}/chart with its own values by \`npm run manifests\`.\n`;
  const files = renderChart(chart, values, 'kubectl');
  const manifests = [...files].filter(([name]) => name.endsWith('.yaml'));

  it.each(manifests)('are what the chart renders: %s', async (name, text) => {
    await expect(`${head}${text}\n`).toMatchFileSnapshot(`${chart.folder}manifests/${name}`);
  });

  it('are all that the chart renders', () => {
    expect(readdirSync(`${chart.folder}manifests`).sort()).toEqual(manifests.map(([name]) => name));
  });
});
