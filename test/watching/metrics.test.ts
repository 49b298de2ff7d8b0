import { beforeAll, describe, expect, it } from 'vitest';
import { objectsOf } from '../chart/chart-objects.ts';
import { HOPSMETER_CHART } from '../chart/render-chart.ts';
import { DASHBOARD } from './dashboard.ts';
import { queriesIn } from './make-dashboard.ts';
import { GETTING_PROMETHEUS_MS, runPromtool } from './promtool.ts';
import { selectorsIn } from './query-names.ts';
import { expressionsIn, RULES, recordsIn } from './rules.ts';
import { type ServedMetrics, serveMetrics } from './serve-metrics.ts';

/** What Prometheus and the PodMonitor add to every series. */
const LABELS_OF_TARGETS = ['job', 'namespace', 'instance', 'pod', 'le'];

/** Prometheus' own, with their labels. */
const OF_PROMETHEUS: ReadonlyMap<string, readonly string[]> = new Map([
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate']],
]);

/** What workers are scaled by. */
const OF_KEDA = JSON.stringify(objectsOf(HOPSMETER_CHART, { worker: { autoscaling: { by: 'keda' } } })).match(
  /"query":("(?:\\.|[^"\\])*")/,
)?.[1];

let served: ServedMetrics;

beforeAll(async () => {
  served = await serveMetrics();
});

describe('what the processes serve', () => {
  it.each(['ingest', 'worker', 'api', 'collector'])(
    'is what promtool has nothing to say about: %s',
    async (name) => {
      const input = served.texts.get(name) ?? '';
      expect(input).toContain('# TYPE');
      expect(await runPromtool(['check', 'metrics'], { input })).toBe('');
    },
    GETTING_PROMETHEUS_MS,
  );

  it('is all that the rules and the dashboard ask for, by labels that it has', () => {
    const ofKeda = String(JSON.parse(OF_KEDA ?? '""'));
    expect(ofKeda).toContain('max(');
    const queries = [...expressionsIn(RULES), ...queriesIn(DASHBOARD), ofKeda];
    const records = recordsIn(RULES);
    const known = (metric: string) => served.labels.get(metric) ?? served.labels.get(withoutSuffix(metric));
    const allLabels = new Set([...served.labels.values()].flat());
    expect(queries.length).toBeGreaterThan(50);
    const unknown = queries.flatMap(selectorsIn).flatMap(({ metric, labels }) => {
      if (metric === '') return labels.filter((label) => !LABELS_OF_TARGETS.includes(label) && !allLabels.has(label));
      const own = records.includes(metric) ? [] : (OF_PROMETHEUS.get(metric) ?? known(metric));
      if (own === undefined) return [metric];
      return labels
        .filter((label) => !LABELS_OF_TARGETS.includes(label) && !own.includes(label))
        .map((label) => `${metric}{${label}}`);
    });
    expect(unknown).toEqual([]);
  });
});

/** A histogram is asked for by its parts. */
function withoutSuffix(metric: string): string {
  return metric.replace(/_(bucket|sum|count)$/, '');
}
