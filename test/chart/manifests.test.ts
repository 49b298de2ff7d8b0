import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { renderChart } from './render-chart.ts';

const MANIFESTS = fileURLToPath(new URL('../../deploy/collector/manifests/', import.meta.url));

/** What has no default. Whoever forgets to replace it is told so by the collector, in its log. */
const TO_REPLACE = { CLUSTER_ID: 'REPLACE-WITH-THE-ID-OF-THE-CLUSTER', INGEST_URL: 'REPLACE-WITH-THE-URL-OF-INGEST' };

const HEAD = '# Rendered from deploy/collector/chart with its own values by `npm run manifests`.\n';

const files = renderChart({ settings: TO_REPLACE }, { name: 'hopsmeter-collector', service: 'kubectl' });
const manifests = [...files].filter(([name]) => name.endsWith('.yaml'));

it.each(manifests)('has a manifest that is what the chart renders: %s', async (name, text) => {
  await expect(`${HEAD}${text}\n`).toMatchFileSnapshot(`${MANIFESTS}${name}`);
});

it('has no manifest that the chart does not render', () => {
  expect(readdirSync(MANIFESTS).sort()).toEqual(manifests.map(([name]) => name));
});
