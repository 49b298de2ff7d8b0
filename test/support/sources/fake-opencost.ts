import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from './serve.ts';

/** An answer other than allocations. */
export type OddAnswer =
  | { readonly status: number; readonly text: string }
  | 'hangs'
  /** Ends in the middle. */
  | 'cut off';

export type Rows = Readonly<Record<string, unknown>>;

/** An OpenCost that answers what it is told to, as the real one does. */
export type FakeOpenCost = {
  readonly url: URL;
  /** What its clock says; without it, it tells no time. */
  now: number | undefined;
  /** Rows of an hour or day by its start, or what comes instead. Any other window is answered with no row. */
  readonly windows: Map<string, Rows | OddAnswer>;
  /** The same by containers, where it is asked for them. */
  readonly byContainers: Map<string, Rows | OddAnswer>;
  /** What its Prometheus answers to a query; undefined: it has none. */
  prometheus: ((query: string) => unknown) | undefined;
  /** The questions that it was asked, in order. */
  readonly questions: URL[];
  close(): Promise<void>;
};

export async function startFakeOpenCost(): Promise<FakeOpenCost> {
  const { close, ...served } = await serve((request, response) => answer(request, response));
  const url = new URL(served.url);
  const fake: FakeOpenCost = {
    url,
    now: undefined,
    windows: new Map(),
    byContainers: new Map(),
    prometheus: undefined,
    questions: [],
    close,
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const question = new URL(request.url ?? '/', url);
    fake.questions.push(question);
    if (fake.now === undefined) response.sendDate = false;
    else response.setHeader('date', new Date(fake.now).toUTCString());
    const { pathname, searchParams } = question;
    if (pathname === '/allocation/compute') {
      const [start = ''] = (searchParams.get('window') ?? '').split(',');
      const isByContainers = searchParams.get('aggregate')?.endsWith(',container') === true;
      const found = (isByContainers ? fake.byContainers : fake.windows).get(start) ?? {};
      send(response, isOdd(found) ? found : { status: 200, text: envelope([found]) });
    } else if (fake.prometheus !== undefined && pathname === '/prometheusConfig') {
      send(response, { status: 200, text: '{"address":"http://prometheus:9090"}' });
    } else if (fake.prometheus !== undefined && pathname === '/prometheusQuery') {
      send(response, { status: 200, text: JSON.stringify(fake.prometheus(searchParams.get('query') ?? '')) });
    } else send(response, { status: 404, text: '404 page not found\n' });
  };

  return fake;
}

/** What OpenCost wraps allocations in. */
export function envelope(data: unknown): string {
  return JSON.stringify({ code: 200, status: 'success', data });
}

function isOdd(answer: Rows | OddAnswer): answer is OddAnswer {
  return typeof answer === 'string' || 'status' in answer;
}

function send(response: ServerResponse, answer: OddAnswer): void {
  if (answer === 'hangs') return;
  if (answer === 'cut off') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"code":200,', () => response.destroy());
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.text);
}

/** A row of a pod that ran all of a window, with changes. */
export function podRow(
  { namespace, pod, cluster = 'default-cluster' }: { namespace: string; pod: string; cluster?: string },
  window: { readonly start: string; readonly end: string },
  changes: Readonly<Record<string, unknown>> = {},
): Rows {
  const { properties = {}, ...others } = changes;
  const name = `${cluster}/${namespace}/${pod}`;
  const minutes = (Date.parse(window.end) - Date.parse(window.start)) / 60_000;
  const { start, end } = window;
  return {
    [name]: {
      name,
      properties: { cluster, namespace, pod, ...(properties as object) },
      window: { start, end },
      start,
      end,
      minutes,
      cpuCoreHours: 2.5,
      cpuCoreRequestAverage: 2,
      cpuCoreUsageAverage: 1.4,
      gpuHours: 0,
      ramByteHours: 10_737_418_240,
      gpuAllocation: null,
      ...others,
    },
  };
}
