import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, type Health, startAnsweringServer } from './answering-server.ts';
import { CPU_UNITS, type MonthTruth, RAM_UNIT_BYTES } from './month-truth.ts';

const HOUR_MS = 3_600_000;

/** Its Prometheus has kept all. */
const KNOWN_SINCE_SECONDS = Date.UTC(2020, 0) / 1_000;

/** So long after an hour its samples are still coming in. */
const SETTLED_AFTER_MS = 12 * HOUR_MS;

export type OpenCostOptions = {
  readonly truth: MonthTruth;
  readonly namespaces: readonly string[];
  /** Whether it has lost all that it knew of an hour. */
  readonly hasLost: (hour: number) => boolean;
  readonly now: () => number;
  readonly health: () => Health;
};

/**
 * An OpenCost. Who asks for an hour that is not over gets half of it, who asks early gets rows that are null, too low
 * or not there yet. Namespaces have two pods, and a Prometheus stands behind it.
 */
export function startOpenCost({ truth, namespaces, hasLost, now, health }: OpenCostOptions) {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://opencost');
    if (url.pathname === '/prometheusConfig') {
      answerJson(response, { address: 'http://prometheus' });
      return;
    }
    if (url.pathname === '/prometheusQuery') {
      const isOldest = url.searchParams.get('query')?.includes('lowest_timestamp') === true;
      const result = isOldest ? [{ metric: {}, value: [now() / 1_000, String(KNOWN_SINCE_SECONDS)] }] : [];
      answerJson(response, { status: 'success', data: { resultType: 'vector', result } });
      return;
    }
    const [start = '', end = ''] = (url.searchParams.get('window') ?? '').split(',');
    const [from, to] = [Date.parse(start), Date.parse(end)];
    if (hasLost(from / HOUR_MS)) {
      answerJson(response, { code: 200, status: 'success', data: [{}] });
      return;
    }
    const rows = namespaces.flatMap((namespace) => rowsOf({ namespace, start, end, from, to }));
    answerJson(response, {
      code: 200,
      status: 'success',
      data: [Object.fromEntries([...rows, ...systemRows(start, end)])],
    });
  };

  type Asked = { namespace: string; start: string; end: string; from: number; to: number };

  const rowsOf = ({ namespace, start, end, from, to }: Asked) => {
    const hours = Array.from({ length: (to - from) / HOUR_MS }, (_, index) => from / HOUR_MS + index);
    const isFirst = now() < to + SETTLED_AFTER_MS && hours.length === 1;
    const defect = isFirst ? truth.firstAnswer(namespace, from / HOUR_MS) : 'right';
    const isOver = now() >= to;
    const sum = (what: 'cpu' | 'ram'): number => hours.reduce((total, hour) => total + truth[what](namespace, hour), 0);
    const share = (units: number): number => {
      const known = isOver ? units : Math.floor(units / 2);
      return defect === 'too low' ? Math.floor(known / 2) : known;
    };
    const [cpu, ram] = [share(sum('cpu')), share(sum('ram'))];
    const [cpuOfFirst, ramOfFirst] = [Math.floor(cpu / 3), Math.floor(ram / 3)];
    const first = row({ namespace, pod: 'a', start, end, cpu: cpuOfFirst, ram: ramOfFirst });
    const second = row({ namespace, pod: 'b', start, end, cpu: cpu - cpuOfFirst, ram: ram - ramOfFirst });
    if (defect === 'row missing') return [first];
    if (defect === 'null') return [first, [second[0], { ...second[1], cpuCoreHours: null }] as const];
    return [first, second];
  };

  return startAnsweringServer({ now, health, answer });
}

type Row = { namespace: string; pod: string; start: string; end: string; cpu: number; ram: number };

function row({ namespace, pod, start, end, cpu, ram }: Row): readonly [string, Record<string, unknown>] {
  const labels = namespace === 'kube-system' ? {} : { hopsworks_ai_project: namespace };
  const allocation = {
    name: `east/${namespace}/${pod}`,
    properties: {
      cluster: 'east',
      namespace,
      pod,
      namespaceLabels: { kubernetes_io_metadata_name: namespace, ...labels },
    },
    window: { start, end },
    start,
    end,
    minutes: (Date.parse(end) - Date.parse(start)) / 60_000,
    cpuCoreHours: cpu / CPU_UNITS,
    gpuHours: 0,
    ramByteHours: ram * RAM_UNIT_BYTES,
  };
  return [`east/${namespace}/${pod}`, allocation];
}

function systemRows(start: string, end: string) {
  return [row({ namespace: 'kube-system', pod: 'dns', start, end, cpu: 700, ram: 90 })];
}
