import type { ChainCorrection, EventReceipt, ParkedCopy, RecordedEvent } from '@hopsmeter/db';
import { expect, it } from 'vitest';
import { judgeEvent } from './judge-event.ts';

const KEY = 'key of the event';

const recorded: RecordedEvent = {
  eventId: 'e',
  sourcePath: '',
  clusterId: 'cluster',
  type: 'compute',
  windowStartedAt: '2026-11-22T13:00:00.000000Z',
  windowEndedAt: '2026-11-22T14:00:00.000000Z',
  contentHash: '1',
  usageBatchId: 'batch',
  position: 0,
};

const receipt: EventReceipt = {
  eventKey: KEY,
  source: 'urn:hopsworks:cluster:cluster',
  recorded,
  parked: [],
  conflictCount: 0,
  clusterName: 'east',
  arrival: undefined,
  reported: [],
  attributions: [],
  parts: [],
  chain: [],
};

const fix = (changes: Partial<ChainCorrection>): ChainCorrection => ({
  eventKey: 'key of the correction',
  id: 'c',
  replacesId: 'e',
  status: 'in_force',
  correctedAt: '2026-11-22T15:00:00.000000Z',
  appliedAt: '2026-11-22T15:00:01.000000Z',
  quantities: [{ meter: 'cpu_hours', quantity: '1.000000000000' }],
  reason: null,
  rootId: 'e',
  ...changes,
});

const copy = (changes: Partial<ParkedCopy>): ParkedCopy => ({
  id: 'parked',
  eventId: 'e',
  sourcePath: '',
  clusterId: 'cluster',
  reason: 'unknown_user',
  detail: 'auth0|1 is not known at that time',
  status: 'pending',
  parkedAt: '2026-11-22T14:00:00.000000Z',
  ageSeconds: 1,
  tryCount: 0,
  triedAt: null,
  dueAt: null,
  releasedAt: null,
  releaseReason: null,
  resolvedAt: null,
  resolvedBy: null,
  resolution: null,
  event: {},
  contentHash: '1',
  usageBatchId: 'batch',
  position: 0,
  replacesKey: null,
  ...changes,
});

it.each<[string, Partial<EventReceipt>, string, RegExp]>([
  ['counted', {}, 'counted', /^Counted once\.$/],
  ['replaced by a correction', { chain: [fix({})] }, 'corrected', /the correction c says/],
  ['taken back by a correction', { chain: [fix({ quantities: [] })] }, 'voided', /void by the correction c\./],
  ['named by a correction that waits', { chain: [fix({ status: 'parked' })] }, 'counted', /^Counted once\.$/],
  ['the correction in force', { chain: [fix({ eventKey: KEY })] }, 'counted', /in force/],
  [
    'a correction before the one in force',
    { chain: [fix({ eventKey: KEY, status: 'superseded' }), fix({ id: 'c 2' })] },
    'superseded',
    /by the later correction c 2\./,
  ],
  ['a manifest', { recorded: { ...recorded, type: 'manifest' } }, 'recorded', /not billed/],
  ['a report of a project', { recorded: { ...recorded, type: 'project' } }, 'recorded', /whose project .* not billed/],
  ['waiting', { recorded: undefined, parked: [copy({})] }, 'parked', /\(unknown_user\): auth0\|1 is not known/],
  [
    'given up',
    { recorded: undefined, parked: [copy({ status: 'given_up', resolvedBy: 'auth0|staff', resolution: 'a test' })] },
    'given_up',
    /^Given up by auth0\|staff: a test\.$/,
  ],
  [
    'counted so long ago that the ledger forgot it',
    { recorded: undefined, parked: [copy({ status: 'counted', resolution: 'counted' })] },
    'counted',
    /forgotten it since: it reaches back 400 days/,
  ],
])('an event that is %s is told so', (_name, changes, code, sentence) => {
  expect(judgeEvent({ ...receipt, ...changes })).toEqual({ code, sentence: expect.stringMatching(sentence) });
});
