import {
  HOUR,
  SAMPLE_CLUSTER,
  SAMPLE_DIRECTORY,
  SAMPLE_START,
  sampleBatch,
  sampleEvent,
  sampleRequest,
} from '@hopsmeter/test/support/usage/sample-events.ts';
import { describe, expect, it } from 'vitest';
import type { CorrectionEvent, ManifestEvent, ProjectEvent, ReportedEvent, UsageEvent } from '../event.ts';
import { contentHashOf, eventKeyOf } from '../identity.ts';
import type { BatchEntry, BatchRecord } from './batch-record.ts';
import { planBatch, planBatches, type SetAside } from './plan-batch.ts';

const DAY = 20_779;
const MIDNIGHT = (DAY + 1) * 24 * HOUR;

const plan = (events: readonly ReportedEvent[], setAside?: SetAside) =>
  withBatch(planBatch(sampleBatch(events), SAMPLE_DIRECTORY, setAside));

/** The record of one batch, and what it says of that batch. */
function withBatch(record: BatchRecord): BatchRecord & BatchEntry {
  const [entry] = record.batches;
  if (entry === undefined) throw new Error('a record without a batch');
  return { ...record, ...entry };
}

/** Each event is counted, parked or a duplicate. */
function expectAddedUp(record: ReturnType<typeof plan>): void {
  const counted = record.ledger.filter(({ part }) => part === 0).length;
  expect(counted + record.parked.length + record.duplicatesWithin).toBe(record.eventCount);
}

describe('what is counted', () => {
  it('is attributed, priced and placed in the batch', () => {
    const events = [sampleEvent('a'), sampleEvent('b', { subject: 'auth0|ada', namespace: undefined })];
    const batch = sampleBatch(events);
    const [first] = events;
    expect(planBatch(batch, SAMPLE_DIRECTORY)).toMatchObject({
      directoryVersion: '5',
      batches: [{ id: batch.id, receivedAt: SAMPLE_START + 2 * HOUR, eventCount: 2, duplicatesWithin: 0 }],
      ledger: [
        {
          eventKey: eventKeyOf(SAMPLE_CLUSTER, { id: 'a', sourcePath: '' }),
          contentHash: contentHashOf(first ?? sampleEvent('')),
          part: 0,
          day: DAY,
          position: 0,
          clusterId: SAMPLE_CLUSTER,
          accountOwnerId: 'auth0|ada',
          userId: 'auth0|bo',
          projectId: 'project-ml',
          attributedBy: 'namespace',
          bookedOn: undefined,
          start: SAMPLE_START,
          end: SAMPLE_START + HOUR,
          eventId: 'a',
          eventType: 'compute',
          usages: [{ meter: 'cpu_hours', quantity: '1.5' }],
        },
        {
          eventId: 'b',
          position: 1,
          accountOwnerId: 'auth0|ada',
          userId: 'auth0|ada',
          projectId: undefined,
          attributedBy: 'subject',
          start: SAMPLE_START,
        },
      ],
      parked: [],
      prices: [{ day: DAY, accountOwnerId: undefined, price: { rateId: 'rate-cpu_hours' } }],
    });
  });

  it('is the same record whenever it is planned', () => {
    const batch = sampleBatch([sampleEvent('a'), sampleEvent('b', { namespace: 'nope' })]);
    expect(planBatch(batch, SAMPLE_DIRECTORY)).toEqual(planBatch(batch, SAMPLE_DIRECTORY));
  });

  it('is split at midnight into parts of one window', () => {
    const usages = [{ meter: 'cpu_hours', quantity: '4' }];
    const record = plan([
      sampleEvent('night', { start: MIDNIGHT - HOUR, end: MIDNIGHT + 3 * HOUR, usages }),
      sampleEvent('day'),
    ]);
    expect(
      record.ledger.map(({ part, day, position, start, end, usages: [usage] }) => [
        part,
        day,
        position,
        start,
        end,
        usage?.quantity,
      ]),
    ).toEqual([
      [0, DAY, 0, MIDNIGHT - HOUR, MIDNIGHT + 3 * HOUR, '1'],
      [1, DAY + 1, 0, MIDNIGHT - HOUR, MIDNIGHT + 3 * HOUR, '3'],
      [0, DAY, 1, SAMPLE_START, SAMPLE_START + HOUR, '1.5'],
    ]);
    expect(record.prices.map(({ day }) => day)).toEqual([DAY, DAY + 1]);
    expectAddedUp(record);
  });

  it("counts GPU usage on its model's meter, with that meter's rate", () => {
    const usages = [
      { meter: 'cpu_hours', quantity: '0.000000000001' },
      { meter: 'gpu_hours', quantity: '0.000000000002' },
    ];
    const record = plan([
      sampleEvent('own meter', { gpuModel: 'H100', usages }),
      sampleEvent('put on a meter', { gpuModel: 'Tesla T4', usages }),
      sampleEvent('no model', { usages }),
    ]);
    expect(record.ledger.map((row) => row.usages.map(({ meter }) => meter))).toEqual([
      ['cpu_hours', 'gpu_hours_h100'],
      ['cpu_hours', 'gpu_hours'],
      ['cpu_hours', 'gpu_hours'],
    ]);
    expect(record.prices.map(({ price }) => price.rateId).sort()).toEqual([
      'rate-cpu_hours',
      'rate-gpu_hours',
      'rate-gpu_hours_h100',
    ]);
  });

  it('keeps positions across the requests of a batch, and each cluster to its own events', () => {
    const other = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0009';
    const requests = [
      sampleRequest(1, { receivedAt: 3 }),
      sampleRequest(0, { receivedAt: 2 }),
      sampleRequest(2, { clusterId: other, receivedAt: 1 }),
      sampleRequest(1),
    ];
    const events = ['a', 'a', 'b', 'b'].map((id) => sampleEvent(id));
    const record = withBatch(planBatch({ id: 'batch', requests, events }, SAMPLE_DIRECTORY));
    expect(record.receivedAt).toBe(1);
    expect(record.duplicatesWithin).toBe(0);
    expect(record.ledger.map(({ eventId, position }) => [eventId, position])).toEqual([
      ['a', 0],
      ['b', 3],
    ]);
    expect(record.parked.map(({ eventId, position, clusterId }) => [eventId, position, clusterId])).toEqual([
      ['a', 1, other],
      ['b', 2, other],
    ]);
    expect(JSON.parse(record.requests)).toEqual(
      requests.map((request) => ({ ...request, receivedAt: expect.stringMatching(/Z$/) })),
    );
  });

  it.each([[0], [2]])('throws when the requests name %d events of one', (eventCount) => {
    const batch = { id: 'batch', requests: [sampleRequest(eventCount)], events: [sampleEvent('a')] };
    expect(() => planBatch(batch, SAMPLE_DIRECTORY)).toThrow(RangeError);
  });
});

describe('copies within a batch', () => {
  const other = { usages: [{ meter: 'cpu_hours', quantity: '0.000000000007' }] };

  it('count once', () => {
    const record = plan([sampleEvent('a'), sampleEvent('a'), sampleEvent('b'), sampleEvent('a')]);
    expect(record.ledger.map(({ position }) => position)).toEqual([0, 2]);
    expect(record.duplicatesWithin).toBe(2);
    expectAddedUp(record);
  });

  it('with another content are parked as conflicts, each of them', () => {
    const record = plan([sampleEvent('a'), sampleEvent('a', other), sampleEvent('a', other), sampleEvent('a')]);
    expect(record.ledger.map(({ position }) => position)).toEqual([0]);
    expect(record.parked.map(({ position, reason }) => [position, reason])).toEqual([
      [1, 'conflict'],
      [2, 'conflict'],
    ]);
    expect(record.duplicatesWithin).toBe(1);
    expectAddedUp(record);
  });

  it('with another source or cluster are other events', () => {
    const record = plan([sampleEvent('a'), sampleEvent('a', { sourcePath: '/other' })]);
    expect(record.ledger).toHaveLength(2);
  });

  it('stay conflicts when the first one is set aside', () => {
    const setAside: SetAside = new Map([[0, { reason: 'conflict', detail: 'the ledger' }]]);
    const record = plan([sampleEvent('a'), sampleEvent('a', other)], setAside);
    expect(record.parked.map(({ detail }) => detail)).toEqual([
      'the ledger',
      'an event that was recorded together with it has this identity and another content',
    ]);
    expect(record.ledger).toEqual([]);
  });
});

describe('what is parked', () => {
  const GPU_USAGES = [
    { meter: 'cpu_hours', quantity: '0.000000000001' },
    { meter: 'gpu_hours', quantity: '0.000000000001' },
  ];
  const TOO_MANY = [{ meter: 'cpu_hours', quantity: '513' }];

  it.each<[string, Partial<UsageEvent>]>([
    ['unknown_namespace', { namespace: 'nope' }],
    ['unknown_user', { subject: 'auth0|nobody', namespace: undefined }],
    ['user_not_on_cluster', { namespace: 'lab' }],
    ['unknown_meter', { type: 'meter', usages: [{ meter: 'nope', quantity: '0.000000000001' }] }],
    ['unknown_gpu_model', { gpuModel: 'NVIDIA H100 80GB HBM3', usages: GPU_USAGES }],
    ['no_rate', { type: 'meter', usages: [{ meter: 'model_calls', quantity: '0.000000000001' }] }],
    ['no_rate', { start: 19_999 * 24 * HOUR, end: 19_999 * 24 * HOUR + HOUR }],
    ['implausible', { usages: TOO_MANY }],
    ['implausible', { usages: [{ meter: 'gpu_hours', quantity: '65' }] }],
    ['implausible', { end: SAMPLE_START + 32 * 24 * HOUR }],
    ['implausible', { usages: TOO_MANY, namespace: 'nope' }],
  ])('is parked as %s', (reason, changes) => {
    const event = sampleEvent('a', changes);
    const record = plan([event, sampleEvent('fine')]);
    expect(record.parked).toEqual([
      {
        batch: 0,
        eventKey: eventKeyOf(SAMPLE_CLUSTER, event),
        contentHash: contentHashOf(event),
        position: 0,
        clusterId: SAMPLE_CLUSTER,
        sourcePath: '',
        eventId: 'a',
        reason,
        detail: expect.stringMatching(/\w/),
        event: expect.any(String),
      },
    ]);
    expect(record.ledger.map(({ eventId }) => eventId)).toEqual(['fine']);
    expectAddedUp(record);
  });

  const correction: CorrectionEvent = {
    id: 'c',
    sourcePath: '/collector',
    type: 'correction',
    replaces: 'a',
    correctedAt: SAMPLE_START,
    usages: TOO_MANY,
    reason: 'a bug',
  };
  const manifest: ManifestEvent = {
    id: 'm',
    sourcePath: '',
    type: 'manifest',
    start: SAMPLE_START,
    end: SAMPLE_START + HOUR,
    eventCount: 2,
    sums: [{ meter: 'cpu_hours', quantity: '0' }],
    missing: undefined,
  };

  const project: ProjectEvent = {
    id: 'p',
    sourcePath: '',
    type: 'project',
    namespace: 'new',
    projectName: 'new',
    projectId: 119,
    owner: 'auth0|ada',
    reportedAt: SAMPLE_START + HOUR,
    createdAt: SAMPLE_START,
    endedAt: undefined,
  };

  it('are reports of projects, of namespaces that nobody has', () => {
    const record = plan([project, project, { ...project, endedAt: SAMPLE_START + 1 }]);
    expect(record.parked.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['project', 'says that new is a project of auth0|ada'],
      ['conflict', expect.any(String)],
    ]);
    expect(JSON.parse(record.parked[0]?.event ?? '')).toEqual({
      ...project,
      reportedAt: '2026-11-22T14:00:00.000Z',
      createdAt: '2026-11-22T13:00:00.000Z',
    });
    expect(record.duplicatesWithin).toBe(1);
    expectAddedUp(record);
  });

  it('are reports of projects that Postgres refuses in storable words', () => {
    const bad = { ...project, namespace: 'n\0', projectName: '\ud800', owner: 'o\0' };
    const setAside: SetAside = new Map([[0, { reason: 'uncountable', detail: 'refused' }]]);
    const [parked] = plan([bad], setAside).parked;
    expect(JSON.parse(parked?.event ?? '')).toMatchObject({
      namespace: 'n\ufffd',
      projectName: '\ufffd',
      owner: 'o\ufffd',
    });
  });

  it('are corrections and manifests, whatever they say, to be settled after the batch', () => {
    const record = plan([correction, sampleEvent('fine'), manifest, correction, { ...manifest, eventCount: 3 }]);
    expect(record.parked.map(({ position, reason, event }) => [position, reason, JSON.parse(event)])).toEqual([
      [
        0,
        'correction',
        {
          id: 'c',
          sourcePath: '/collector',
          type: 'correction',
          replaces: 'a',
          replacesKey: eventKeyOf(SAMPLE_CLUSTER, { id: 'a', sourcePath: '/collector' }),
          correctedAt: '2026-11-22T13:00:00.000Z',
          usages: [{ meter: 'cpu_hours', quantity: '513' }],
          reason: 'a bug',
        },
      ],
      [
        2,
        'manifest',
        {
          id: 'm',
          sourcePath: '',
          type: 'manifest',
          start: '2026-11-22T13:00:00.000Z',
          end: '2026-11-22T14:00:00.000Z',
          eventCount: 2,
          sums: { cpu_hours: '0' },
        },
      ],
      [4, 'conflict', expect.objectContaining({ eventCount: 3 })],
    ]);
    expect(record.ledger.map(({ eventId }) => eventId)).toEqual(['fine']);
    expect(record.duplicatesWithin).toBe(1);
    expectAddedUp(record);
  });

  it('are corrections that Postgres refuses in storable words, still naming what they replace', () => {
    const bad = { ...correction, id: 'c\0', replaces: 'a\ud800', reason: '\0' };
    const refused = { reason: 'uncountable', detail: 'refused' } as const;
    const setAside: SetAside = new Map([0, 1].map((place) => [place, refused]));
    const missing = { ...manifest, id: 'm\0', eventCount: 0, sums: [], missing: '\0' };
    const [parked, other] = plan([bad, missing], setAside).parked;
    expect(other).toMatchObject({ eventId: 'm\ufffd', event: expect.stringContaining('"missing":"\ufffd"') });
    expect(parked).toMatchObject({
      eventId: 'c\ufffd',
      reason: 'uncountable',
      eventKey: eventKeyOf(SAMPLE_CLUSTER, bad),
    });
    expect(JSON.parse(parked?.event ?? '')).toMatchObject({
      replaces: 'a\ufffd',
      reason: '\ufffd',
      replacesKey: eventKeyOf(SAMPLE_CLUSTER, { id: 'a\ud800', sourcePath: '/collector' }),
    });
  });

  it('is parked whole when only one of its days or meters cannot be counted', () => {
    const firstPrice = 20_000 * 24 * HOUR;
    const record = plan([
      sampleEvent('days', { start: firstPrice - HOUR, end: firstPrice + HOUR }),
      sampleEvent('meters', {
        usages: [
          { meter: 'cpu_hours', quantity: '0.000000000001' },
          { meter: 'nope', quantity: '0.000000000001' },
        ],
      }),
    ]);
    expect(record.ledger).toEqual([]);
    expect(record.parked.map(({ reason }) => reason)).toEqual(['no_rate', 'unknown_meter']);
  });

  it('keeps all that counting it later needs', () => {
    const record = plan([sampleEvent('a', { namespace: 'nope', subject: 'auth0|ada', gpuModel: 'H100' })]);
    expect(JSON.parse(record.parked[0]?.event ?? '')).toEqual({
      id: 'a',
      sourcePath: '',
      type: 'compute',
      subject: 'auth0|ada',
      namespace: 'nope',
      gpuModel: 'H100',
      start: '2026-11-22T13:00:00.000Z',
      end: '2026-11-22T14:00:00.000Z',
      usages: [{ meter: 'cpu_hours', quantity: '1.5' }],
    });
  });

  it('takes the reason of an event that is set aside', () => {
    const setAside: SetAside = new Map([[1, { reason: 'conflict', detail: 'because' }]]);
    const record = plan([sampleEvent('a'), sampleEvent('b')], setAside);
    expect(record.parked).toMatchObject([{ eventId: 'b', position: 1, reason: 'conflict', detail: 'because' }]);
    expect(record.ledger).toMatchObject([{ eventId: 'a', position: 0 }]);
  });
});

describe('what Postgres cannot hold', () => {
  const NASTY = 'a\0b\ud800c';
  const event = sampleEvent(NASTY, {
    sourcePath: NASTY,
    subject: NASTY,
    namespace: NASTY,
    gpuModel: NASTY,
    usages: [{ meter: NASTY, quantity: '0.000000000001' }],
  });

  it('is replaced in a parked event that Postgres refused, and its identity is kept', () => {
    const setAside: SetAside = new Map([[0, { reason: 'uncountable', detail: 'refused' }]]);
    const [parked] = plan([event], setAside).parked;
    const shown = 'a\ufffdb\ufffdc';
    expect(parked).toMatchObject({
      eventKey: eventKeyOf(SAMPLE_CLUSTER, event),
      contentHash: contentHashOf(event),
      eventId: shown,
      sourcePath: shown,
    });
    expect(JSON.parse(parked?.event ?? '')).toMatchObject({
      id: shown,
      sourcePath: shown,
      subject: shown,
      namespace: shown,
      gpuModel: shown,
      usages: [{ meter: shown, quantity: '0.000000000001' }],
    });
    expect(parked?.event).not.toMatch(/\\u(0000|d800)/);
  });

  it('is not touched for any other reason', () => {
    expect(plan([event]).parked[0]).toMatchObject({ eventId: NASTY, reason: 'unknown_namespace' });
  });

  it('is replaced in requests, so that one of them cannot make a whole batch uncountable', () => {
    const record = withBatch(planBatch(sampleBatch([sampleEvent('a')], { requestId: NASTY }), SAMPLE_DIRECTORY));
    expect(JSON.parse(record.requests)).toMatchObject([{ requestId: 'a\ufffdb\ufffdc' }]);
  });

  it('leaves out a cluster that is no UUID', () => {
    const setAside: SetAside = new Map([[0, { reason: 'uncountable', detail: 'refused' }]]);
    const batch = sampleBatch([sampleEvent('a')], { clusterId: 'x,y' });
    expect(planBatch(batch, SAMPLE_DIRECTORY, setAside).parked).toMatchObject([{ clusterId: undefined }]);
    expect(plan([sampleEvent('a')], setAside).parked).toMatchObject([{ clusterId: SAMPLE_CLUSTER }]);
  });
});

describe('several batches', () => {
  const first = { ...sampleBatch([sampleEvent('a'), sampleEvent('b')]), id: 'first' };
  const second = { ...sampleBatch([sampleEvent('c'), sampleEvent('a'), sampleEvent('c')]), id: 'second' };

  it('share what repeats, and each keeps its own positions', () => {
    const record = planBatches([first, second], SAMPLE_DIRECTORY);
    const alone = plan([sampleEvent('a')]);
    expect(record.ledger.map(({ eventId, batch, position }) => [eventId, batch, position])).toEqual([
      ['a', 0, 0],
      ['b', 0, 1],
      ['c', 1, 0],
    ]);
    expect(record.prices).toEqual(alone.prices);
  });

  it('tell a copy of an earlier batch as a duplicate of the later one', () => {
    expect(planBatches([first, second], SAMPLE_DIRECTORY).batches).toMatchObject([
      { id: 'first', eventCount: 2, duplicatesWithin: 0 },
      { id: 'second', eventCount: 3, duplicatesWithin: 2 },
    ]);
  });

  it('park a copy with another content as a conflict of the later one', () => {
    const other = sampleBatch([sampleEvent('a', { usages: [{ meter: 'cpu_hours', quantity: '0.000000000007' }] })]);
    expect(planBatches([first, other], SAMPLE_DIRECTORY).parked).toMatchObject([
      { batch: 1, position: 0, reason: 'conflict' },
    ]);
  });
});
