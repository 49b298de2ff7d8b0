import type { Window } from '@hopsmeter/client';
import { checkIsOver } from '../asking/check-clock.ts';
import { mapAtOnce } from '../asking/map-at-once.ts';
import type { PrometheusClient } from '../prometheus/prometheus-client.ts';
import type { Series } from '../prometheus/read-answer.ts';
import { labelQueries, THERE, USED } from './prometheus-queries.ts';

const MINUTE_MS = 60_000;

/** Together they are what Prometheus answers at the same time for everybody (20). */
const QUERIES_AT_ONCE = 4;

export type UseSeries = { readonly [Name in keyof typeof USED]: readonly Series[] } & {
  /** Minutes of the window in which each exporter was there, by the name of a metric of it. */
  readonly there: ReadonlyMap<string, number>;
  readonly gpuModels: readonly Series[];
  readonly gpuProducts: readonly Series[];
  readonly users: readonly Series[];
  /** What the clock of Prometheus said. */
  readonly serverTime: number | undefined;
};

/**
 * Asks for all that is known of a window: samples by the minute, each for the minute that it ends.
 *
 * @throws SourceError
 */
export async function askUse(
  prometheus: PrometheusClient,
  window: Window,
  isPerMember: boolean,
  signal: AbortSignal,
): Promise<UseSeries> {
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
  const steps = { first: start + MINUTE_MS, last: end, stepMs: MINUTE_MS };
  const labels = labelQueries(Math.ceil((end - start) / 1_000));
  const over = async (query: string) => (await prometheus.over(query, steps, signal)).series;
  const said = async (query: string) => (await prometheus.at(query, end, signal)).series;

  const { serverTime } = await prometheus.at('time()', end, signal);
  checkIsOver(window, serverTime, 'Prometheus');
  const there = await mapAtOnce(Object.entries(THERE), QUERIES_AT_ONCE, async ([metric, query]) => {
    const [series] = await over(query);
    return [metric, series?.samples.length ?? 0] as const;
  });
  const { cpuRequests, cpuUsage, ramRequests, ramUsage, gpuRequests } = USED;
  const queries = [cpuRequests, cpuUsage, ramRequests, ramUsage, gpuRequests];
  const [cpuR = [], cpuU = [], ramR = [], ramU = [], gpuR = []] = await mapAtOnce(queries, QUERIES_AT_ONCE, over);
  const hasGpus = gpuR.length > 0;
  return {
    cpuRequests: cpuR,
    cpuUsage: cpuU,
    ramRequests: ramR,
    ramUsage: ramU,
    gpuRequests: gpuR,
    there: new Map(there),
    gpuModels: hasGpus ? await said(labels.gpuModels) : [],
    gpuProducts: hasGpus ? await said(labels.gpuProducts) : [],
    users: isPerMember ? await said(labels.users) : [],
    serverTime,
  };
}
