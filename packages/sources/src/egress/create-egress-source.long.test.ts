import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrometheus } from '@hopsmeter/stack';
import { serve } from '@hopsmeter/test/support/sources/serve.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { formatMoment } from '../asking/utc-hour.ts';
import { createEgressSource } from './create-egress-source.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const HOUR_MS = 3_600_000;

const METRIC = 'kubecost_pod_network_egress_bytes_total';

const newestSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** Prometheus begins to scrape five seconds after its start. */
it('counts what an exporter counted within windows that meet, resets included', async () => {
  let bytes = 1_000;
  const exporter = await serve((_, response) => {
    response.end(`${METRIC}{namespace="churn",internet="true"} ${bytes}\n`);
  });
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-prometheus-'));
  const target = {
    job_name: 'egress',
    honor_labels: true,
    scrape_interval: '100ms',
    scrape_timeout: '100ms',
    static_configs: [{ targets: [new URL(exporter.url).host] }],
  };
  const prometheus = await startPrometheus({ directory, config: { scrape_configs: [target] } });
  /** @returns when Prometheus knows that the counter is this. */
  const setCounter = async (value: number) => {
    bytes = value;
    const newest = async () => {
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=${METRIC}`);
      return newestSchema.parse(await answer.json()).data.result[0]?.value[1];
    };
    await expect.poll(newest).toBe(String(value));
    return Date.now();
  };
  try {
    const start = await setCounter(1_000);
    await setCounter(51_000);
    const middle = await setCounter(300);
    const end = await setCounter(900);
    const source = createEgressSource({ clusterId: CLUSTER, prometheus: { url: new URL(prometheus.url) } });
    const collect = async (from: number, to: number) => {
      const window = { start: formatMoment(from), end: formatMoment(to) };
      const { events } = await source.collect(window, new AbortController().signal);
      return events.map(({ data }) => ('egressBytes' in data ? [data.namespace, data.egressBytes] : []));
    };
    expect(await collect(start, middle)).toEqual([['churn', '50300']]);
    expect(await collect(middle, end)).toEqual([['churn', '600']]);
    // What Prometheus has now and had not then will never come. Its clock tells whole seconds, so it may take one.
    const lost = () => collect(start - 5 * HOUR_MS, start - 4 * HOUR_MS).catch((error: unknown) => error);
    await expect.poll(lost).toMatchObject({ code: 'NOT_KNOWN', isRetryable: false });
  } finally {
    await prometheus.close();
    await rm(directory, { recursive: true, force: true });
    await exporter.close();
  }
});
