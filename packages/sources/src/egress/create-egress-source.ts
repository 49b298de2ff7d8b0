import { createEventMaker, type Window } from '@hopsmeter/client';
import { formatQuantity, type Quantity } from '@hopsmeter/usage';
import { checkIsOver } from '../asking/check-clock.ts';
import { chooseNamespaces, type NamespaceOptions } from '../namespaces/choose-namespaces.ts';
import { labelledNamespaces } from '../namespaces/labelled-query.ts';
import { explainEmpty } from '../prometheus/explain-empty.ts';
import { createPrometheusClient, type PrometheusOptions } from '../prometheus/prometheus-client.ts';
import type { Series } from '../prometheus/read-answer.ts';
import { readPrometheusReach } from '../prometheus/read-reach.ts';
import type { CollectedWindow, IgnoredRow, QuarantinedRow, Source } from '../source.ts';
import { countBytes } from './count-bytes.ts';
import { findBefore, nameOf } from './counter-names.ts';
import { EGRESS_QUERY, samplesOf } from './egress-query.ts';

/** Scrapes come within a minute or so; Prometheus takes its time to have them all. */
const DELAY_MS = 10 * 60_000;

/**
 * How far back the sample is looked for that a window continues. A counter that was not scraped for longer is taken for
 * a new one.
 */
const BEFORE_SECONDS = 86_400;

export type EgressOptions = NamespaceOptions & {
  readonly clusterId: string;
  readonly prometheus: PrometheusOptions;
  /** Counters of bytes with a label `namespace` or `exported_namespace`; default: {@link EGRESS_QUERY}. */
  readonly query?: string;
  readonly delayMs?: number;
  readonly now?: () => number;
};

/**
 * What the pods of a namespace sent out, from raw counters: `increase()` of Prometheus extrapolates, so that hours do
 * not add up to what was counted.
 *
 * A counter that begins within the window counts from zero where other counters were there before: then its pod is new.
 * Where none was there before, it is the exporter that is new or came back, and what its counters had counted by then
 * belongs to no known time: only what they count from there on is taken.
 */
export function createEgressSource(options: EgressOptions): Source {
  const { clusterId, query = EGRESS_QUERY, delayMs = DELAY_MS, now = Date.now } = options;
  const prometheus = createPrometheusClient(options.prometheus);
  const maker = createEventMaker(clusterId, '/collector/egress');

  const collect = async (window: Window, signal: AbortSignal): Promise<CollectedWindow> => {
    const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
    const seconds = Math.ceil((end - start) / 1_000);
    const within = await prometheus.at(samplesOf(query, seconds), end, signal);
    checkIsOver(window, within.serverTime, 'Prometheus');
    const counters = within.series
      .map(({ labels, samples }) => ({
        name: nameOf(labels),
        labels,
        samples: samples.filter(({ time }) => time > start && time <= end),
      }))
      .filter(({ samples }) => samples.length > 0);
    if (counters.length === 0) throw await explainEmpty(prometheus, query, window, within.serverTime ?? now(), signal);
    const before = await prometheus.at(`last_over_time(${samplesOf(query, BEFORE_SECONDS)})`, start, signal);
    const labelled = await prometheus.at(labelledNamespaces(seconds), end, signal);
    const { isProject, notes } = await chooseNamespaces(namespacesOf(labelled.series), options, signal);

    const beforeOf = findBefore(counters, before.series);
    const sums = new Map<string, Quantity>();
    const quarantined: QuarantinedRow[] = [];
    const ignored: IgnoredRow[] = [];
    for (const counter of counters) {
      const { name, labels, samples } = counter;
      const namespace = namespaceOf(labels);
      if (namespace === undefined) {
        quarantined.push({ name, reason: 'missing_namespace', detail: 'the counter has no label namespace' });
      } else if (!isProject(namespace)) ignored.push({ name, reason: 'system_namespace' });
      else {
        const isNewFromZero = before.series.length > 0;
        const bytes = countBytes({ before: beforeOf(counter), samples, isNewFromZero });
        if (typeof bytes === 'bigint') sums.set(namespace, (sums.get(namespace) ?? 0n) + bytes);
        else quarantined.push({ name, reason: 'unreadable_counter', detail: bytes, namespace });
      }
    }
    const used = [...sums];
    return {
      events: used
        .filter(([, bytes]) => bytes > 0n)
        .map(([namespace, bytes]) => maker.network({ namespace, window, egressBytes: formatQuantity(bytes) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      quarantined,
      ignored: [
        ...ignored,
        ...used.flatMap(([name, bytes]): IgnoredRow[] => (bytes === 0n ? [{ name, reason: 'no_usage' }] : [])),
      ],
      notes,
    };
  };

  return {
    name: 'egress',
    kind: 'recorded',
    delayMs,
    readReach: (signal) => readPrometheusReach(prometheus, now, signal),
    collect,
  };
}

function namespacesOf(series: readonly Series[]): ReadonlySet<string> {
  return new Set(series.map(({ labels }) => labels.namespace ?? ''));
}

/** Where Prometheus does not honour what the exporter says, `namespace` is the exporter's own. */
function namespaceOf({ exported_namespace, namespace }: Series['labels']): string | undefined {
  return exported_namespace || namespace || undefined;
}
