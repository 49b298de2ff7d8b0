import { createEventMaker, type UsageEvent } from '@hopsmeter/client';
import { describe, expect, it } from 'vitest';
import type { Source } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { compareSources, type SourceDifference } from './compare-sources.ts';
import { compareWhileCollecting } from './compare-while-collecting.ts';

const WINDOW = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const make = createEventMaker('3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b', '/collector/compute');

const used = (namespace: string, cpuCoreHours: number, gpuHours = 0, gpuModel = 'H100'): UsageEvent =>
  make.compute({ namespace, window: WINDOW, cpuCoreHours, gpuHours, ramByteHours: 0, gpuModel });

const OPENCOST = [used('churn', 10, 1), used('fraud', 0.1)];
const PROMETHEUS = [used('churn', 9, 1, 'T4'), used('fraud', 0.3)];

describe('compareSources', () => {
  it('says how far they differ on each meter, and on which namespace the most', () => {
    expect(compareSources(OPENCOST, PROMETHEUS)).toEqual([
      {
        meter: 'cpu_hours',
        sent: '10.1',
        other: '9.3',
        ratio: 0.079207,
        worst: { namespace: 'churn', sent: '10', other: '9', ratio: 0.1 },
      },
      {
        meter: 'gpu_hours',
        sent: '1',
        other: '1',
        ratio: 0,
        worst: { namespace: 'churn', sent: '1', other: '1', ratio: 0 },
      },
    ]);
    expect(compareSources([], [used('a', 1)])).toMatchObject([
      { sent: '0', other: '1', ratio: 1, worst: { ratio: 1 } },
    ]);
    expect(compareSources([], [])).toEqual([]);
  });
});

describe('compareWhileCollecting', () => {
  const sourceOf = (collect: Source['collect']): Source => ({ name: 'compute', kind: 'recorded', delayMs: 0, collect });
  const answering = (events: readonly UsageEvent[]) =>
    sourceOf(() => Promise.resolve({ events, quarantined: [], ignored: [] }));
  const failing = sourceOf(() => Promise.reject(new SourceError('UNREACHABLE', 'away')));
  const watch = () => {
    const seen: { compared: SourceDifference[][]; failed: unknown[] } = { compared: [], failed: [] };
    return {
      seen,
      onCompared: (_: unknown, differences: readonly SourceDifference[]) => seen.compared.push([...differences]),
      onFailed: (_: unknown, error: unknown) => seen.failed.push(error),
    };
  };
  const { signal } = new AbortController();

  it('answers with what one source says, and tells how far the other one differs', async () => {
    const { seen, ...comparison } = watch();
    const source = compareWhileCollecting(answering(OPENCOST), answering(PROMETHEUS), comparison);
    expect((await source.collect(WINDOW, signal)).events).toEqual(OPENCOST);
    expect(seen.compared).toMatchObject([[{ meter: 'cpu_hours' }, { meter: 'gpu_hours' }]]);
  });

  it('answers where the other source fails, and not with it where its own does', async () => {
    const { seen, ...comparison } = watch();
    const source = compareWhileCollecting(answering(OPENCOST), failing, comparison);
    expect((await source.collect(WINDOW, signal)).events).toEqual(OPENCOST);
    expect(seen.failed).toMatchObject([{ code: 'UNREACHABLE' }]);
    const other = compareWhileCollecting(failing, answering(PROMETHEUS), comparison);
    await expect(other.collect(WINDOW, signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(seen.compared).toEqual([]);
  });
});
