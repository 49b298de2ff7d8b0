import { deflateRawSync } from 'node:zlib';
import { createBatch } from '@hopsmeter/test/support/queue/sample-batch.ts';
import type { Batch, CorrectionEvent, ManifestEvent, ProjectEvent, UsageEvent } from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch, UnreadableBatchError } from './batch-codec.ts';
import type { BatchJobData } from './batch-job.ts';

const event: UsageEvent = {
  id: 'c1/ns "1"/ü€😀',
  sourcePath: '/collector',
  type: 'compute',
  subject: 'auth0|1',
  namespace: 'ns-1',
  gpuModel: undefined,
  start: 1_795_352_400_000_000,
  end: 1_795_356_000_000_001,
  usages: [
    { meter: 'cpu_hours', quantity: '0.000000000001' },
    { meter: 'ram_gb_hours', quantity: '999999999999999.00000000000000000000000000000001' },
    { meter: 'gpu_hours', quantity: '0.1' },
  ],
};

const correction: CorrectionEvent = {
  id: 'c1',
  sourcePath: '',
  type: 'correction',
  replaces: 'c1/ns "1"/ü€😀',
  correctedAt: 1_795_360_000_000_000,
  usages: [{ meter: 'cpu_hours', quantity: '0.000000000005' }],
  reason: 'twice',
};

const manifest: ManifestEvent = {
  id: 'm1',
  sourcePath: '/collector',
  type: 'manifest',
  start: 1_795_352_400_000_000,
  end: 1_795_356_000_000_000,
  eventCount: 42,
  sums: [{ meter: 'cpu_hours', quantity: '0' }],
  missing: undefined,
};

const project: ProjectEvent = {
  id: 'p1',
  sourcePath: '/collector',
  type: 'project',
  namespace: 'ns-1',
  projectName: 'ns "1"',
  projectId: 119,
  owner: 'ü€😀@example.com',
  reportedAt: 1_795_360_000_000_000,
  createdAt: 0,
  endedAt: 1_795_356_000_000_000,
};

function overTheWire(batch: Batch): Batch {
  return decodeBatch(JSON.parse(JSON.stringify(encodeBatch(batch))));
}

function withColumns(columns: unknown): BatchJobData {
  const data = encodeBatch(createBatch([event]));
  return { ...data, z: deflateRawSync(JSON.stringify(columns)).toString('base64') };
}

function readColumnsOf(data: BatchJobData): Record<string, unknown> {
  const captured = encodeBatch(createBatch([event]));
  expect(captured.v).toBe(data.v);
  return {
    id: ['e1'],
    sourcePath: { values: [''] },
    type: { values: ['compute'] },
    subject: { values: [null] },
    namespace: { values: ['ns'] },
    gpuModel: { values: [null] },
    window: { values: [[1, 2]] },
    meters: { values: [['cpu_hours']] },
    quantities: ['5'],
  };
}

const ofProject = { type: { values: ['project'] }, meters: { values: [[]] }, quantities: [] };
const projectDetails = { projectName: 'ns', projectId: 1, owner: 'auth0|ada', createdAt: 1, endedAt: null };

describe('a batch over the wire', () => {
  it('comes back exactly, whatever its quantities and texts', () => {
    const instant = { ...event, id: '2', type: 'meter', subject: undefined, end: event.start, usages: [] } as const;
    const batch = createBatch([event, instant, { ...event, id: '3', gpuModel: 'H100', namespace: undefined }], 3);
    expect(overTheWire(batch)).toEqual(batch);
  });

  it('keeps one meter with spaces in its name apart from two meters', () => {
    const [cpu, gpu] = [
      { meter: 'cpu_hours', quantity: '0.000000000001' },
      { meter: 'gpu_hours', quantity: '0.000000000002' },
    ];
    const batch = createBatch([
      { ...event, usages: [cpu, gpu] },
      { ...event, id: '2', type: 'meter', usages: [{ meter: 'cpu_hours gpu_hours', quantity: '0.000000000003' }] },
    ]);
    expect(overTheWire(batch)).toEqual(batch);
  });

  it('comes back exactly with corrections and manifests among its events', () => {
    const events = [correction, event, { ...correction, id: 'void', usages: [], reason: undefined }, manifest];
    expect(overTheWire(createBatch(events)).events).toEqual(events);
    expect(overTheWire(createBatch([manifest])).events).toEqual([manifest]);
  });

  it('comes back exactly with reports of projects, in a version that the release before does not read', () => {
    const events = [project, event, { ...project, id: 'running', endedAt: undefined }, manifest];
    expect(overTheWire(createBatch(events)).events).toEqual(events);
    expect(encodeBatch(createBatch(events)).v).toBe(4);
    expect(encodeBatch(createBatch([event, manifest, correction])).v).toBe(3);
  });

  it('comes back exactly with manifests of windows that are missing, which the release before would not read', () => {
    const missing = { ...manifest, id: 'm2', eventCount: 0, sums: [], missing: 'ü: OpenCost did not answer' };
    expect(overTheWire(createBatch([manifest, missing, project])).events).toEqual([manifest, missing, project]);
    expect(encodeBatch(createBatch([manifest, missing, project])).v).toBe(5);
  });

  it.each([1, 2])('is read as the release before wrote version %i: whole numbers of 10⁻¹²', (v) => {
    const columns = {
      id: ['e1', 'e2'],
      sourcePath: { values: ['/collector'] },
      type: { values: ['compute', 'meter'], indexes: [0, 1] },
      subject: { values: [null, 'auth0|1'], indexes: [0, 1] },
      namespace: { values: ['ns-1', null], indexes: [0, 1] },
      gpuModel: { values: ['H100', null], indexes: [0, 1] },
      window: {
        values: [
          [1_795_352_400_000_000, 1_795_356_000_000_000],
          [1_795_352_400_000_000, 1_795_352_400_000_000],
        ],
        indexes: [0, 1],
      },
      meters: { values: [['cpu_hours', 'gpu_hours'], ['calls']], indexes: [0, 1] },
      quantities: [1, 2, '10000000000000000000'],
    };
    const job = {
      v,
      id: '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001',
      keys: [['cluster-1', 'key-1']],
      requests: [['request-0', 0, 1_795_356_000_000_000, 2]],
      z: deflateRawSync(JSON.stringify(columns)).toString('base64'),
    };
    expect(decodeBatch(job).events).toEqual([
      {
        id: 'e1',
        sourcePath: '/collector',
        type: 'compute',
        subject: undefined,
        namespace: 'ns-1',
        gpuModel: 'H100',
        start: 1_795_352_400_000_000,
        end: 1_795_356_000_000_000,
        usages: [
          { meter: 'cpu_hours', quantity: '0.000000000001' },
          { meter: 'gpu_hours', quantity: '0.000000000002' },
        ],
      },
      {
        id: 'e2',
        sourcePath: '/collector',
        type: 'meter',
        subject: 'auth0|1',
        namespace: undefined,
        gpuModel: undefined,
        start: 1_795_352_400_000_000,
        end: 1_795_352_400_000_000,
        usages: [{ meter: 'calls', quantity: '10000000' }],
      },
    ]);
  });

  it('comes back exactly with many events and several requests', () => {
    const events = Array.from({ length: 5_000 }, (_, i) => ({ ...event, id: `e${i}`, namespace: `ns-${i % 70}` }));
    const batch = createBatch(events, 10);
    expect(overTheWire(batch)).toEqual(batch);
  });

  it('takes less than 80 bytes an event', () => {
    const events = Array.from({ length: 1_000 }, (_, i) => ({ ...event, id: `c1/ns/2026-11-22T13Z/${i}` }));
    expect(JSON.stringify(encodeBatch(createBatch(events))).length / 1_000).toBeLessThan(80);
  });
});

describe('data that is no batch of this version', () => {
  const good = encodeBatch(createBatch([event]));
  const columns = readColumnsOf(good);
  it.each([
    ['text', 'unknown', 'invalid_header'],
    ['null', null, 'invalid_header'],
    ['a later version', { ...good, v: 6 }, 'unknown_version'],
    ['a version that is no value', { ...good, v: { toString: 1, valueOf: 1 } }, 'unknown_version'],
    ['a header without requests', { ...good, requests: [] }, 'invalid_header'],
    ['a request of a key that is not listed', { ...good, keys: [] }, 'invalid_header'],
    ['fewer events than the requests name', { ...good, requests: [['r', 0, 1, 2]] }, 'invalid_header'],
    ['a damaged payload', { ...good, z: good.z.slice(0, -8) }, 'invalid_compression'],
    [
      'a payload that unpacks without end',
      { ...good, z: deflateRawSync(Buffer.alloc(9 << 20)).toString('base64') },
      'invalid_compression',
    ],
    ['a payload that is not JSON', { ...good, z: deflateRawSync('{').toString('base64') }, 'invalid_columns'],
    [
      'a correction without what it replaces',
      withColumns({ ...columns, type: { values: ['correction'] } }),
      'invalid_columns',
    ],
    [
      'a correction that replaces a number',
      withColumns({ ...columns, type: { values: ['correction'] }, deferred: [[0, { replaces: 1, reason: null }]] }),
      'invalid_columns',
    ],
    [
      'a manifest of half an event',
      withColumns({ ...columns, type: { values: ['manifest'] }, deferred: [[0, { eventCount: 0.5 }]] }),
      'invalid_columns',
    ],
    [
      'a manifest that is missing for a number',
      withColumns({ ...columns, type: { values: ['manifest'] }, deferred: [[0, { eventCount: 0, missing: 7 }]] }),
      'invalid_columns',
    ],
    [
      'a project that was created at no time',
      withColumns({ ...columns, ...ofProject, deferred: [[0, { ...projectDetails, createdAt: 0.5 }]] }),
      'invalid_columns',
    ],
    [
      'a project without a namespace',
      withColumns({ ...columns, ...ofProject, namespace: { values: [null] }, deferred: [[0, projectDetails]] }),
      'invalid_columns',
    ],
    [
      'a project with usage',
      withColumns({ ...columns, type: { values: ['project'] }, deferred: [[0, projectDetails]] }),
      'invalid_columns',
    ],
    ['an unknown event type', withColumns({ ...columns, type: { values: ['carbon'] } }), 'invalid_columns'],
    ['an index out of range', withColumns({ ...columns, subject: { values: ['a'], indexes: [1] } }), 'invalid_columns'],
    [
      'an index that is not whole',
      withColumns({ ...columns, subject: { values: ['a'], indexes: [0.5] } }),
      'invalid_columns',
    ],
    ['a missing column', withColumns({ ...columns, meters: undefined }), 'invalid_columns'],
    [
      'columns of other lengths',
      withColumns({ ...columns, subject: { values: ['a'], indexes: [0, 0] } }),
      'invalid_columns',
    ],
    ['a quantity too few', withColumns({ ...columns, quantities: [] }), 'invalid_columns'],
    ['a quantity too many', withColumns({ ...columns, quantities: ['1', '2'] }), 'invalid_columns'],
    ['a quantity that is a number', withColumns({ ...columns, quantities: [1.5] }), 'invalid_columns'],
    ['a quantity that is no plain decimal', withColumns({ ...columns, quantities: ['1e3'] }), 'invalid_columns'],
    ['a quantity with a zero at its end', withColumns({ ...columns, quantities: ['1.50'] }), 'invalid_columns'],
    [
      'a fraction of the unit of version 1',
      { ...withColumns({ ...columns, quantities: [1.5] }), v: 1 },
      'invalid_columns',
    ],
    [
      'a window that ends before it starts',
      withColumns({ ...columns, window: { values: [[2, 1]] } }),
      'invalid_columns',
    ],
  ])('is unreadable: %s', (_name, data, reason) => {
    expect(() => decodeBatch(data)).toThrow(expect.objectContaining({ name: 'UnreadableBatchError', reason }));
  });

  it('is told from columns that are right', () => {
    expect(decodeBatch(withColumns(columns)).events).toHaveLength(1);
    expect(new UnreadableBatchError('invalid_header', 'x').message).toBe('invalid_header: x');
  });
});

it('refuses to write what it would not read', () => {
  const events = Array.from({ length: 5_000 }, (_, i) => ({
    ...event,
    id: `${i}`,
    subject: `${i}`.padEnd(2_000, 'x'),
  }));
  expect(() => encodeBatch(createBatch(events))).toThrow(RangeError);
});
