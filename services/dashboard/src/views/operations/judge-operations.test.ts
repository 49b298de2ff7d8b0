import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../../api/schemas.ts';
import { judgeOperations, judgeRecording, worstOfAll } from './judge-operations.ts';
import type { Operations } from './operations-schema.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const LONG_AGO = '2026-11-22T09:00:00Z';

const QUIET: Operations = {
  priceChanges: { applying: 0, oldestCreatedAt: null, changes: [] },
  reconciliations: { unfinished: 0, oldestRequestedAt: null, differing: [] },
  webhooks: { active: 0, pendingDeliveries: 0, oldestPendingAt: null, dead: [] },
  remittances: { pending: 0, uncertain: 0, rejected: 0, tooOld: 0, stuck: [] },
};

const find = (key: string, changes: Partial<Operations>) =>
  judgeOperations({ ...QUIET, ...changes }, NOW).find((finding) => finding.key === key);

const PIPELINE: Pipeline = {
  events: 0,
  counted: 0,
  duplicates: 0,
  parked: 0,
  parkedPending: 0,
  parkedGivenUp: 0,
  parkedByReason: {},
  health: {
    queue: null,
    unexplainedDifference: null,
    reconciledAt: null,
    missingClusterHours: 0,
    missingClusters: 0,
    oldestParkedAt: null,
  },
  freshness: { recordedAt: null, receivedAt: null },
};

const QUEUE = {
  waitingJobs: 0,
  activeJobs: 0,
  missingJobs: 0,
  isPaused: false,
  oldestWaitingAt: null,
  measuredAt: LONG_AGO,
  isCurrent: true,
};

describe('what is under way', () => {
  it('is well when there is nothing, and advises nothing', () => {
    const findings = judgeOperations(QUIET, NOW);
    expect(worstOfAll(findings)).toBe('good');
    expect(findings.filter(({ advice }) => advice !== undefined)).toEqual([]);
  });

  it('is bad where a person is needed, says what to do and leads there', () => {
    const id = 'r1';
    const differing = [{ id, dayCount: 1, differingRows: '1' }];
    expect(find('reconciliations', { reconciliations: { ...QUIET.reconciliations, differing } })).toMatchObject({
      health: 'bad',
      text: '1 day has rows that are not what the ledger says.',
      advice: expect.stringContaining('repair'),
      links: [{ to: '/operations/reconciliations/r1', text: '1 row to repair' }],
    });
    const dead = [{ webhookId: 'w1', url: 'https://a.example', deadDeliveries: 2 }];
    expect(find('webhooks', { webhooks: { ...QUIET.webhooks, dead } })).toMatchObject({
      health: 'bad',
      links: [{ to: '/operations/webhooks/w1?status=dead', text: 'https://a.example (2)' }],
    });
    const stuck = [{ accountOwnerId: 'a|b', count: 3 }];
    const remittances = { ...QUIET.remittances, uncertain: 1, tooOld: 2, stuck };
    expect(find('stripe', { remittances })).toMatchObject({
      health: 'bad',
      text: '3 meter events wait for a person: 1 uncertain, 2 too old.',
      links: [{ to: '/accounts/a%7Cb/settings', text: 'a|b (3)' }],
    });
  });

  it('is watched when it takes longer than it should', () => {
    const oldest = (at: string) =>
      find('webhooks', { webhooks: { ...QUIET.webhooks, pendingDeliveries: 1, oldestPendingAt: at } });
    expect(oldest(LONG_AGO)?.health).toBe('watch');
    expect(oldest('2026-11-22T11:59:00Z')?.health).toBe('good');
    const changes = { applying: 1, oldestCreatedAt: LONG_AGO, changes: [{ id: 'p1', reason: 'new contract' }] };
    expect(find('price-changes', { priceChanges: changes })).toMatchObject({
      health: 'watch',
      word: 'Takes long',
      links: [{ to: '/prices/changes/p1', text: 'new contract' }],
    });
  });
});

describe('recording', () => {
  const judge = (changes: Partial<Pipeline['health']>, parkedPending = 0) =>
    judgeRecording({ ...PIPELINE, parkedPending, health: { ...PIPELINE.health, ...changes } }, NOW);

  it('advises something for everything that is not well', () => {
    const worst = [
      judge({}),
      judge({ queue: { ...QUEUE, isCurrent: false }, unexplainedDifference: '2', reconciledAt: LONG_AGO }),
      judge({ queue: { ...QUEUE, missingJobs: 1 }, unexplainedDifference: '0', reconciledAt: LONG_AGO }),
      judge({ queue: { ...QUEUE, isPaused: true }, missingClusterHours: 1 }),
      judge({ queue: { ...QUEUE, waitingJobs: 1, oldestWaitingAt: LONG_AGO }, oldestParkedAt: LONG_AGO }, 1),
      judge({ queue: { ...QUEUE, waitingJobs: 1, oldestWaitingAt: '2026-11-22T11:58:00Z' } }),
      judge({ oldestParkedAt: '2026-11-20T11:58:00Z' }, 1),
    ].flat();
    const unwell = worst.filter(({ health }) => health === 'bad' || health === 'watch');
    expect(unwell.length).toBeGreaterThan(8);
    expect(unwell.filter(({ advice }) => advice === undefined).map(({ word }) => word)).toEqual([]);
  });
});
