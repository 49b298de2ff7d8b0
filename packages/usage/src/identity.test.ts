import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorrectionEvent, ManifestEvent, ProjectEvent, UsageEvent } from './event.ts';
import { contentHashOf, eventKeyOf } from './identity.ts';
import { isName } from './text.ts';

const event: UsageEvent = {
  id: 'event-1',
  sourcePath: '/collector',
  type: 'compute',
  subject: 'auth0|1',
  namespace: 'project-1',
  gpuModel: 'H100',
  start: 1_795_352_400_000_000,
  end: 1_795_356_000_000_000,
  usages: [
    { meter: 'cpu_hours', quantity: '1.5' },
    { meter: 'gpu_hours', quantity: '2' },
  ],
};

/** Texts that pass the check of names, from few letters so that joins of them meet often. */
const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':', '|', ' '), minLength: 1, maxLength: 4 });

describe('event keys', () => {
  it('are the first 128 bits of SHA-256 over cluster, source and id', () => {
    // printf 'cluster\0/path\0id' | sha256sum
    expect(eventKeyOf('cluster', { sourcePath: '/path', id: 'id' })).toBe('1dfb510b5c43f9be68a8de55598a2633');
  });

  it('differ whenever cluster, source or id differ, however the texts are cut', () => {
    const identity = fc.tuple(name, fc.oneof(fc.constant(''), name), name);
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        const [keyA, keyB] = [a, b].map(([cluster, sourcePath, id]) => eventKeyOf(cluster, { sourcePath, id }));
        expect(keyA === keyB).toBe(a.join('\0') === b.join('\0'));
      }),
      { numRuns: 5_000 },
    );
  });

  it('cannot be forged with the separator, because no name may hold it', () => {
    for (const text of ['a\0b', '\0', 'a\u001f', 'a\u007f', 'a\u0085', 'a\n', '\ud800', 'a\udfff', ''])
      expect(isName(text, 100), JSON.stringify(text)).toBe(false);
    for (const text of ['a b', 'ä', '🦘', '"', '\\', '{,}']) expect(isName(text, 100), text).toBe(true);
    expect(isName('a'.repeat(100), 100)).toBe(true);
    expect(isName('a'.repeat(101), 100)).toBe(false);
  });
});

describe('content hashes', () => {
  it('are the first 64 bits of SHA-256 over all that is said, and stay so: the ledger keeps them', () => {
    // printf 'compute\0001795352400000000\0001795356000000000\000project-1\000auth0|1\000H100\000cpu_hours\0001.5…' |
    // sha256sum
    expect(contentHashOf(event)).toBe(0x5a9b_3b6d_cbed_ae7cn);
    const instant = { ...event, type: 'meter', end: event.start, usages: [] } as const;
    const nothing = { subject: undefined, namespace: undefined, gpuModel: undefined };
    expect(contentHashOf({ ...instant, ...nothing })).toBe(-7_435_314_862_487_525_249n);
    expect(contentHashOf(correction)).toBe(-3_156_882_578_330_718_027n);
    expect(contentHashOf(manifest)).toBe(-6_800_987_004_729_471_759n);
  });

  it('are equal for equal copies and fit a signed 64-bit column', () => {
    const hash = contentHashOf(structuredClone(event));
    expect(hash).toBe(contentHashOf(event));
    expect(BigInt.asIntN(64, hash)).toBe(hash);
  });

  const changes: [string, Partial<UsageEvent>][] = [
    ['type', { type: 'storage' }],
    ['subject', { subject: 'auth0|2' }],
    ['missing subject', { subject: undefined }],
    ['namespace', { namespace: 'project-2' }],
    ['missing namespace', { namespace: undefined }],
    ['subject and namespace swapped', { subject: 'project-1', namespace: 'auth0|1' }],
    ['GPU model', { gpuModel: 'A100' }],
    ['missing GPU model', { gpuModel: undefined }],
    ['start', { start: event.start + 1 }],
    ['end', { end: event.end + 1 }],
    ['quantity', { usages: [{ meter: 'cpu_hours', quantity: '1.500000000001' }] }],
    ['meter', { usages: [{ meter: 'ram_gb_hours', quantity: '1.5' }] }],
    ['fewer usages', { usages: event.usages.slice(0, 1) }],
    ['no usage', { usages: [] }],
  ];

  it.each(changes)('differ with another %s', (_name, change) => {
    expect(contentHashOf({ ...event, ...change })).not.toBe(contentHashOf(event));
  });

  it('differ between any two of those', () => {
    expect(new Set(changes.map(([, change]) => contentHashOf({ ...event, ...change }))).size).toBe(changes.length);
  });

  it('do not cover the identity, which has a key of its own', () => {
    expect(contentHashOf({ ...event, id: 'event-2', sourcePath: '' })).toBe(contentHashOf(event));
  });

  const correction: CorrectionEvent = {
    id: 'correction-1',
    sourcePath: '',
    type: 'correction',
    replaces: 'event-1',
    correctedAt: 1_795_360_000_000_000,
    usages: event.usages,
    reason: 'twice',
  };
  const manifest: ManifestEvent = {
    id: 'manifest-1',
    sourcePath: '',
    type: 'manifest',
    start: event.start,
    end: event.end,
    eventCount: 2,
    sums: event.usages,
    missing: undefined,
  };

  const project: ProjectEvent = {
    id: 'project-1',
    sourcePath: '',
    type: 'project',
    namespace: 'ml',
    projectName: 'ml',
    projectId: 119,
    owner: 'ada@example.com',
    reportedAt: 1_795_360_000_000_000,
    createdAt: event.start,
    endedAt: undefined,
  };

  it('of corrections, manifests and projects differ with all that they say, but for reasons', () => {
    const hashes = [
      correction,
      { ...correction, replaces: 'event-2' },
      { ...correction, correctedAt: correction.correctedAt + 1 },
      { ...correction, usages: [] },
      { ...correction, usages: event.usages.slice(1) },
      manifest,
      { ...manifest, end: manifest.end + 1 },
      { ...manifest, eventCount: 3 },
      { ...manifest, sums: [] },
      { ...manifest, sums: [], missing: 'OpenCost did not answer' },
      project,
      { ...project, namespace: 'ml2' },
      { ...project, projectName: 'ml2' },
      { ...project, projectId: 120 },
      { ...project, owner: 'eve@example.com' },
      { ...project, reportedAt: project.reportedAt + 1 },
      { ...project, createdAt: project.createdAt + 1 },
      { ...project, endedAt: event.end },
      event,
    ].map(contentHashOf);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(contentHashOf({ ...correction, reason: undefined })).toBe(contentHashOf(correction));
    const missing = { ...manifest, sums: [], missing: 'OpenCost did not answer' };
    expect(contentHashOf({ ...missing, missing: 'connection refused' })).toBe(contentHashOf(missing));
  });
});
