import {
  type RecordedPrometheus,
  type RecordedSeries,
  startRecordedPrometheus,
} from '@hopsmeter/test/support/sources/recorded-prometheus.ts';
import { parseEvent } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMoment } from '../asking/utc-hour.ts';
import type { CollectedWindow } from '../source.ts';
import { createEgressSource, type EgressOptions } from './create-egress-source.ts';
import { samplesOf } from './egress-query.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Six hours ago, whenever this is played. */
const START = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 6 * HOUR_MS;
const hour = (index: number) => ({
  start: formatMoment(START + index * HOUR_MS),
  end: formatMoment(START + (index + 1) * HOUR_MS),
});

/** What a counter says at minutes after the start of the first hour. */
const counter = (
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [minute: number, value: number | string])[],
): RecordedSeries => ({
  name: 'kubecost_pod_network_egress_bytes_total',
  labels: { internet: 'true', ...labels },
  samples: samples.map(([minute, value]) => [START + minute * MINUTE_MS, value]),
});

/** By the minute, from one value to another. */
const rising = (from: number, to: number, perMinute: number, start = 0) =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, start + index * perMinute] as const);

let prometheus: RecordedPrometheus;

beforeAll(async () => {
  prometheus = await startRecordedPrometheus([
    // From an hour before the first on, with a reset at 90 minutes and nobody who scrapes from 150 to 200.
    counter({ namespace: 'churn', pod_name: 'a' }, [
      ...rising(-60, 89, 1_000, 5_000_000),
      ...rising(90, 150, 1_000),
      ...rising(200, 239, 1_000, 110_000),
    ]),
    // A pod of the first hour.
    counter({ namespace: 'churn', pod_name: 'b' }, rising(30, 40, 100, 700)),
    counter({ namespace: 'exporters', exported_namespace: 'fraud', pod_name: 'a' }, rising(-10, 300, 7)),
    counter({ namespace: 'churn-2', pod_name: 'a' }, rising(-10, 300, 0, 12)),
    // Scraped under another name from minute 31 on, and at another address from the third hour on, after a restart.
    counter({ namespace: 'moved', job: 'old' }, rising(-10, 30, 10, 70_000)),
    counter({ namespace: 'moved', job: 'new' }, rising(31, 100, 10, 70_410)),
    counter({ namespace: 'moved', job: 'new', instance: 'b' }, rising(130, 140, 10, 5)),
    counter({ namespace: 'kube-system', pod_name: 'dns' }, rising(-10, 300, 9)),
    counter({ pod_name: 'nowhere' }, rising(0, 300, 1)),
    counter({ namespace: 'broken', pod_name: 'a' }, [...rising(0, 10, 1), [11, 'NaN']]),
    { ...counter({ namespace: 'churn', internet: 'false', pod_name: 'a' }, rising(-60, 300, 1_000_000)) },
  ]);
});

afterAll(() => prometheus.close());

function createSource(options: Partial<EgressOptions> = {}) {
  return createEgressSource({ clusterId: CLUSTER, prometheus: { url: new URL(prometheus.url) }, ...options });
}

const collect = (index: number, options: Partial<EgressOptions> = {}) =>
  createSource(options).collect(hour(index), new AbortController().signal);

const bytesOf = ({ events }: CollectedWindow) =>
  events.map(({ data }) => ('egressBytes' in data ? [data.namespace, data.egressBytes] : []));

describe('B9: what leaves the cluster is collected', () => {
  it('counts what pods of projects sent to the internet, one value for each namespace', async () => {
    const collected = await collect(0);
    // 60 minutes of a; b from zero to its last sample.
    expect(bytesOf(collected)).toEqual([
      ['churn', String(60 * 1_000 + 700 + 10 * 100)],
      ['fraud', '420'],
      ['moved', '600'],
    ]);
    expect(collected.events[0]).toMatchObject({
      id: `network/churn/${hour(0).start}/${hour(0).end}`,
      source: `urn:hopsworks:cluster:${CLUSTER}/collector/egress`,
    });
    expect(collected.quarantined.map(({ reason, namespace }) => [reason, namespace]).sort()).toEqual([
      ['missing_namespace', undefined],
      ['unreadable_counter', 'broken'],
    ]);
    expect(collected.ignored.map(({ reason }) => reason).sort()).toEqual(['no_usage', 'system_namespace']);
    const context = { clusterId: CLUSTER, now: Date.now() * 1_000 };
    expect(collected.events.every((event) => parseEvent(event, context).ok)).toBe(true);
  });

  it('counts a reset from zero, and nothing twice and nothing never where hours meet', async () => {
    const hours = await Promise.all([0, 1, 2, 3].map((index) => collect(index)));
    const churn = hours.map((collected) => Number(bytesOf(collected)[0]?.[1]));
    // 61…89 before the reset, which loses what was not scraped; 0 to 30 after it; then the whole gap at once.
    expect(churn).toEqual([61_700, 29_000 + 30_000, 30_000, 110_000 - 60_000 + 39_000]);
  });

  it('counts nothing twice that is scraped under another name or at another address', async () => {
    const hours = await Promise.all([0, 1, 2].map((index) => collect(index)));
    const moved = hours.map((collected) => bytesOf(collected).find(([namespace]) => namespace === 'moved')?.[1]);
    expect(moved).toEqual(['600', '400', '105']);
  });

  it('takes only what is counted from there on where no counter was seen before', async () => {
    const options = { query: 'kubecost_pod_network_egress_bytes_total{pod_name="b"}' };
    expect(bytesOf(await collect(0, options))).toEqual([['churn', '1000']]);
  });

  it('takes an expression in place of counters', async () => {
    const options = { query: 'max by (namespace) (kubecost_pod_network_egress_bytes_total{exported_namespace=""})' };
    const [[namespace, bytes] = []] = bytesOf(await collect(0, { ...options, ignoredNamespaces: ['broken'] }));
    expect([namespace, Number(bytes)]).toEqual(['churn', 60_000_000]);
  });

  it('never takes a metric that is not there for no usage', async () => {
    await expect(collect(0, { query: 'no_such_metric' })).rejects.toMatchObject({
      code: 'ANSWER_FAILED',
      message: expect.stringContaining('no_such_metric'),
    });
    await expect(collect(-5)).rejects.toMatchObject({ code: 'ANSWER_FAILED', isRetryable: true });
  });
});

it.each([
  ['a_total', 'a_total[60s]'],
  [' a:b{x="}",y=~\'{"\'} ', `a:b{x="}",y=~'{"'}[60s]`],
  ['{__name__="a"}', '{__name__="a"}[60s]'],
  ['a{x="1"} + b{y="2"}', '(a{x="1"} + b{y="2"})[60s:30s]'],
  ['sum by (namespace) (a)', '(sum by (namespace) (a))[60s:30s]'],
  ['a{x="1"} offset 5m', '(a{x="1"} offset 5m)[60s:30s]'],
])('asks for the samples of %s as %s', (query, expected) => {
  expect(samplesOf(query, 60)).toBe(expected);
});
