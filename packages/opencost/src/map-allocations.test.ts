import { readFileSync } from 'node:fs';
import { CLOCK_AHEAD_MAX, parseEvent, parseTime } from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { OpenCostError } from './allocation-answer.ts';
import { QUARANTINE_REASONS } from './find-faults.ts';
import { mapAllocations } from './map-allocations.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const WINDOW = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const CONTEXT = { clusterId: CLUSTER, window: WINDOW };

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../test-data/${name}`, import.meta.url), 'utf8'));
}

/** A row that is fine, with changes. */
function row(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'churn',
    properties: { cluster: 'eu-west-1', namespace: 'churn' },
    window: WINDOW,
    ...WINDOW,
    minutes: 60,
    cpuCoreHours: 2.5,
    cpuCoreRequestAverage: 2,
    cpuCoreUsageAverage: 1.4,
    gpuHours: 0,
    ramByteHours: 10737418240,
    gpuAllocation: null,
    ...changes,
  };
}

function answer(...sets: Record<string, unknown>[]): unknown {
  return { code: 200, status: 'success', data: sets };
}

describe('mapAllocations on a healthy answer', () => {
  const mapped = mapAllocations(readFixture('opencost-namespace-1h.json'), CONTEXT);

  it('makes one event of every namespace, with its id, window and exact numbers', () => {
    expect(mapped.events.map(({ id, data }) => [id, data.cpuCoreHours, data.gpuHours, data.ramByteHours])).toEqual([
      ['opencost/churn/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z', 2.5, 1, 10737418240],
      ['opencost/fraud/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z', 0.00001, 0, 4395830020.881],
    ]);
    expect(mapped.quarantined).toEqual([]);
  });

  it('takes the GPU model from gpuAllocation', () => {
    expect(mapped.events.map(({ data }) => data.gpuModel)).toEqual(['A10', undefined]);
  });

  it('ignores rows that belong to nobody, and says so', () => {
    expect(mapped.ignored).toEqual([
      { name: 'kube-system', reason: 'system_namespace' },
      { name: '__unmounted__', reason: 'system_row' },
      { name: '__idle__', reason: 'system_row' },
    ]);
  });

  it('makes events that ingest accepts', () => {
    const now = (parseTime(WINDOW.end) ?? 0) - CLOCK_AHEAD_MAX;
    for (const event of mapped.events)
      expect(parseEvent(JSON.parse(JSON.stringify(event)), { clusterId: CLUSTER, now }).ok).toBe(true);
  });

  it('never takes pod traffic for egress or volumes for storage', () => {
    expect(JSON.stringify(mapped.events)).not.toMatch(/network|transfer|278001431|8589934592/);
  });
});

describe('mapAllocations on a nasty answer', () => {
  it('quarantines what is null, negative or backwards and bills none of it', () => {
    const mapped = mapAllocations(readFixture('opencost-namespace-1h-nasty.json'), CONTEXT);
    expect(mapped.events).toEqual([]);
    expect(mapped.quarantined).toEqual([
      { name: 'churn', reason: 'missing_number', detail: 'cpuCoreHours is null' },
      {
        name: 'fraud',
        reason: 'negative_number',
        detail:
          'cpuCoreHours is -0.04083; minutes is -2.45; the row ended 2026-11-22T13:42:30Z, began 2026-11-22T13:44:57Z',
      },
    ]);
    expect(mapped.ignored.map(({ name }) => name)).toEqual(['kube-system', '__unmounted__', '__idle__']);
  });

  const badRows: [string, (typeof QUARANTINE_REASONS)[number], unknown][] = [
    ['a row that is no object', 'unreadable_row', 7],
    ['a number that is text', 'unreadable_row', row({ cpuCoreHours: '2.5' })],
    ['null memory', 'missing_number', row({ ramByteHours: null })],
    ['missing GPU hours', 'missing_number', row({ gpuHours: undefined })],
    ['null minutes', 'missing_number', row({ minutes: null })],
    ['negative memory', 'negative_number', row({ ramByteHours: -1 })],
    ['the absurd number of the wild', 'negative_number', row({ cpuCoreHours: -138894009504962.98 })],
    ['an end before its start', 'end_before_start', row({ start: WINDOW.end, end: WINDOW.start })],
    ['a start years ahead', 'outside_window', row({ start: '2027-01-01T00:00:00Z', end: '2027-01-01T01:00:00Z' })],
    ['a start days before', 'outside_window', row({ start: '2026-11-20T13:00:00Z' })],
    ['a start that says "null"', 'outside_window', row({ start: 'null' })],
    ['more minutes than the window has', 'minutes_exceed_window', row({ minutes: 61.5 })],
    ['more than 512 cores', 'implausible', row({ cpuCoreHours: 512.00001 })],
    [
      'what OpenCost clamped to zero above 512 cores',
      'implausible',
      row({ cpuCoreHours: 0, cpuCoreRequestAverage: 600 }),
    ],
    ['more than 64 GPUs', 'implausible', row({ gpuHours: 65 })],
    ['another hour', 'other_window', row({ window: { start: '2026-11-22T12:00:00Z', end: WINDOW.start } })],
    ['another namespace inside', 'not_a_namespace', row({ properties: { namespace: 'fraud' } })],
  ];

  it.each(badRows)('quarantines %s as %s', (_what, reason, bad) => {
    const mapped = mapAllocations(answer({ churn: bad, fine: row({ properties: null }) }), CONTEXT);
    expect(mapped.quarantined.map((quarantined) => [quarantined.name, quarantined.reason])).toEqual([
      ['churn', reason],
    ]);
    expect(mapped.events.map(({ data }) => data.namespace)).toEqual(['fine']);
  });

  it('quarantines names that no namespace can have', () => {
    const names = ['', 'Churn', 'a_b', 'cluster/churn', '-a', 'a'.repeat(64)];
    const rows = Object.fromEntries(names.map((name) => [name, row({ properties: null })]));
    expect(mapAllocations(answer(rows), CONTEXT).quarantined.map(({ reason }) => reason)).toEqual(
      names.map(() => 'not_a_namespace'),
    );
  });

  it('quarantines the second row of one namespace', () => {
    const mapped = mapAllocations(answer({ churn: row() }, { churn: row({ cpuCoreHours: 3 }) }), CONTEXT);
    expect(mapped.events.map(({ data }) => data.cpuCoreHours)).toEqual([2.5]);
    expect(mapped.quarantined.map(({ reason }) => reason)).toEqual(['repeated_namespace']);
  });

  it('reaches every reason by one of these tests', () => {
    const tested = new Set([...badRows.map(([, reason]) => reason), 'repeated_namespace']);
    expect([...tested].sort()).toEqual([...QUARANTINE_REASONS].sort());
  });
});

describe('mapAllocations on odd but honest answers', () => {
  it.each([
    ['a window that says "null"', row({ window: { start: 'null', end: 'null' } })],
    [
      'a window in another time zone',
      row({ window: { start: '2026-11-22T14:00:00+01:00', end: '2026-11-22T15:00:00+01:00' } }),
    ],
    ['fewer minutes than the window has', row({ minutes: 55, end: '2026-11-22T13:55:00Z' })],
    ['one minute more than the window has', row({ minutes: 61, end: '2026-11-22T14:01:00Z' })],
    ['exactly 512 cores', row({ cpuCoreHours: 512 })],
  ])('bills %s', (_what, fine) => {
    expect(mapAllocations(answer({ churn: fine }), CONTEXT).events).toHaveLength(1);
  });

  it('ignores a row without any usage', () => {
    const mapped = mapAllocations(answer({ churn: row({ cpuCoreHours: 0, ramByteHours: 0 }) }), CONTEXT);
    expect(mapped).toEqual({ events: [], quarantined: [], ignored: [{ name: 'churn', reason: 'no_usage' }] });
  });

  it.each([[[{}]], [[]], [null], [[null]]])('finds nothing in data %j', (data) => {
    const mapped = mapAllocations({ code: 200, status: 'success', data }, CONTEXT);
    expect(mapped).toEqual({ events: [], quarantined: [], ignored: [] });
  });

  it('throws a failed answer as one that can be asked again', () => {
    const failed = { code: 500, status: '', message: 'Error: error computing allocation', data: null };
    expect(() => mapAllocations(failed, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'ANSWER_FAILED', canRetry: true }),
    );
  });

  it.each([['text'], [null], [{ data: [] }], [{ code: 200, data: 'x' }]])('throws %j as unreadable', (unreadable) => {
    expect(() => mapAllocations(unreadable, CONTEXT)).toThrow(OpenCostError);
  });

  it('refuses a window that would give the same hour another id', () => {
    for (const start of ['2026-11-22T13:00:00.000Z', '2026-11-22T14:00:00+01:00', '2026-11-22T14:00:00Z'])
      expect(() => mapAllocations(answer(), { clusterId: CLUSTER, window: { ...WINDOW, start } })).toThrow(RangeError);
  });
});
