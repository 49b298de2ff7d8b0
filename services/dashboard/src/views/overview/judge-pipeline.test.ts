import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../../api/schemas.ts';
import { judgePipeline, worstOf } from './judge-pipeline.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const QUEUE = {
  waitingJobs: 0,
  activeJobs: 1,
  missingJobs: 0,
  isPaused: false,
  oldestWaitingAt: null,
  measuredAt: '2026-11-22T11:59:59Z',
  isCurrent: true,
};

const HEALTH: Pipeline['health'] = {
  queue: QUEUE,
  unexplainedDifference: '0',
  reconciledAt: '2026-11-22T11:30:00Z',
  missingClusterHours: 0,
  missingClusters: 0,
  oldestParkedAt: null,
};

const judge = (health: Partial<Pipeline['health']>, parkedPending = 0) => {
  const counts = {
    events: 10,
    counted: 10,
    duplicates: 0,
    parked: 0,
    parkedPending,
    parkedGivenUp: 0,
    parkedByReason: {},
  };
  const freshness = { recordedAt: null, receivedAt: null };
  return judgePipeline({ ...counts, health: { ...HEALTH, ...health }, freshness }, NOW);
};

const find = (key: string, ...given: Parameters<typeof judge>) =>
  judge(...given).find((finding) => finding.key === key);

it('is good when nothing is wrong, and says so in words', () => {
  const findings = judge({});
  expect(worstOf(findings)).toBe('good');
  for (const { word, text } of findings) expect([word.length > 2, text.length > 10]).toEqual([true, true]);
});

describe('the backlog', () => {
  const queue = (changes: Partial<NonNullable<Pipeline['health']['queue']>>) => ({
    queue: { ...QUEUE, ...changes },
  });

  it.each([
    ['2026-11-22T11:59:30Z', 'good'],
    ['2026-11-22T11:58:00Z', 'watch'],
    ['2026-11-22T11:40:00Z', 'bad'],
  ])('whose oldest batch came %s is %s', (oldestWaitingAt, health) => {
    expect(find('queue', queue({ waitingJobs: 3, oldestWaitingAt }))).toMatchObject({ health });
  });

  it('is bad while no worker reports, whatever the last one said', () => {
    expect(find('queue', queue({ isCurrent: false }))).toMatchObject({ health: 'bad', word: 'No worker' });
  });

  it('is bad while the queue is paused, or batches are missing', () => {
    expect(find('queue', queue({ isPaused: true }))).toMatchObject({ health: 'bad', word: 'Paused' });
    expect(find('queue', queue({ missingJobs: 3 }))).toMatchObject({ health: 'bad', word: 'Missing' });
  });

  it('is not known before a worker has looked', () => {
    expect(find('queue', { queue: null })?.health).toBe('unknown');
  });
});

describe('ledger and totals', () => {
  it.each([
    [{ unexplainedDifference: '1' }, 'bad'],
    [{ unexplainedDifference: '99999999999999999999' }, 'bad'],
    [{ unexplainedDifference: null, reconciledAt: null }, 'unknown'],
    [{ reconciledAt: '2026-11-22T09:00:00Z' }, 'watch'],
    [{}, 'good'],
  ])('with %j are %s', (health, expected) => {
    expect(find('difference', health)?.health).toBe(expected);
  });
});

it('asks for a look at parked events and missing hours, and names the worst of all', () => {
  expect(find('parked', { oldestParkedAt: '2026-11-22T11:00:00Z' }, 1)).toMatchObject({
    health: 'watch',
    word: 'Waiting',
  });
  expect(find('parked', { oldestParkedAt: '2026-11-20T11:00:00Z' }, 1)).toMatchObject({ word: 'Wait long' });
  expect(find('hours', { missingClusterHours: 2, missingClusters: 1 })?.text).toBe(
    '2 hours of the last 24 are missing, of 1 cluster.',
  );
  expect(worstOf(judge({ unexplainedDifference: '1', missingClusterHours: 1, missingClusters: 1 }))).toBe('bad');
  expect(worstOf(judge({ queue: null }))).toBe('unknown');
});
