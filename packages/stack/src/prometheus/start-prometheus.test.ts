import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPrometheus } from './start-prometheus.ts';

/** Covers getting Prometheus on a machine that has none. */
const TEST_DEADLINE_MS = 300_000;

test('starts a Prometheus that knows the samples that it is given', { timeout: TEST_DEADLINE_MS }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-prometheus-'));
  const samples = '# TYPE lamps gauge\nlamps{room="a"} 3 1795269600\n# EOF\n';
  const prometheus = await startPrometheus({ directory, config: { scrape_configs: [] }, samples });
  try {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=lamps&time=1795269600`);
    expect(await answer.json()).toMatchObject({ data: { result: [{ value: [1_795_269_600, '3'] }] } });
  } finally {
    await prometheus.close();
    await rm(directory, { recursive: true, force: true });
  }
});
