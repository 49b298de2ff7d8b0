import { beforeEach, describe, expect, it } from 'vitest';
import { type Attribution, createDirectory, type Directory, type DirectorySnapshot } from './directory.ts';
import type { UsageEvent } from './event.ts';
import { gpuMeterOf } from './gpu-models.ts';

const ALWAYS = { startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };
const NOON = 1_000_000;

/** Ada owns Bo until noon, then Cy does. The namespace `ml` is Ada's until noon, Cy's after an hour's gap. */
const snapshot: DirectorySnapshot = {
  version: '7',
  projects: [
    { id: 'p1', clusterId: 'east', namespace: 'ml', userId: 'ada', startedAt: 0, endedAt: NOON },
    { id: 'p2', clusterId: 'east', namespace: 'ml', userId: 'cy', ...ALWAYS, startedAt: NOON + 3_600 },
    { id: 'p3', clusterId: 'west', namespace: 'ml', userId: 'wes', ...ALWAYS },
  ],
  ownerships: [
    { userId: 'ada', accountOwnerId: 'ada', ...ALWAYS },
    { userId: 'bo', accountOwnerId: 'ada', ...ALWAYS, endedAt: NOON },
    { userId: 'bo', accountOwnerId: 'cy', ...ALWAYS, startedAt: NOON },
    { userId: 'cy', accountOwnerId: 'cy', ...ALWAYS },
    { userId: 'wes', accountOwnerId: 'wes', ...ALWAYS },
  ],
  assignments: [
    { userId: 'ada', clusterId: 'east', ...ALWAYS },
    { userId: 'bo', clusterId: 'east', startedAt: 10, endedAt: 2 * NOON },
    { userId: 'cy', clusterId: 'east', ...ALWAYS },
    { userId: 'wes', clusterId: 'west', ...ALWAYS },
  ],
  // Until noon `name0001` is what east calls Bo, from an hour later on Cy; `ada` is a name of Cy's that is Ada's id.
  aliases: [
    { clusterId: 'east', alias: 'name0001', userId: 'bo', ...ALWAYS, endedAt: NOON },
    { clusterId: 'east', alias: 'name0001', userId: 'cy', ...ALWAYS, startedAt: NOON + 3_600 },
    { clusterId: 'east', alias: 'ada', userId: 'cy', ...ALWAYS },
    { clusterId: 'east', alias: 'name0002', userId: 'cy', ...ALWAYS },
    { clusterId: 'east', alias: 'wes00001', userId: 'wes', ...ALWAYS },
    { clusterId: 'west', alias: 'name0001', userId: 'wes', ...ALWAYS },
  ],
  clusterLimits: [{ clusterId: 'west', coresMax: 4_096n, gpusMax: 8n }],
  meters: ['cpu_hours', 'gpu_hours', 'gpu_hours_h100', 'gpu_hours_l4'],
  gpuModels: [
    { name: 'NVIDIA H100 80GB HBM3', meter: 'gpu_hours_h100' },
    { name: 'Tesla T4', meter: 'gpu_hours' },
    { name: 'L4', meter: 'gpu_hours' },
  ],
  pricing: { cards: [{ id: 'card', name: 'default', creditUsd: 1n, isDefault: true }], rates: [], overrides: [] },
  // 1970-04 and 1970-02; day 89 is 1970-03-31.
  namespaceRules: [],
  closings: [
    { accountOwnerId: 'ada', month: 90 },
    { accountOwnerId: 'wes', month: 31 },
  ],
};

let directory: Directory;
beforeEach(() => {
  directory = createDirectory(snapshot);
});

function attribute(clusterId: string, of: Partial<UsageEvent>) {
  return directory.attribute(clusterId, {
    id: 'e',
    sourcePath: '',
    type: 'compute',
    subject: undefined,
    namespace: undefined,
    gpuModel: undefined,
    start: NOON,
    end: of.start ?? NOON,
    usages: [],
    ...of,
  });
}

describe('attribution', () => {
  it('bills a member to the owner at the event time, start inclusive and end exclusive', () => {
    expect(attribute('east', { subject: 'bo', start: NOON - 1, end: 2 * NOON })).toMatchObject({
      userId: 'bo',
      accountOwnerId: 'ada',
    });
    expect(attribute('east', { subject: 'bo', start: NOON })).toMatchObject({ userId: 'bo', accountOwnerId: 'cy' });
  });

  it("bills an owner's own usage to themselves", () => {
    expect(attribute('east', { subject: 'ada' })).toEqual({
      accountOwnerId: 'ada',
      userId: 'ada',
      clusterId: 'east',
      projectId: undefined,
      attributedBy: 'subject',
    });
  });

  it('finds the user of a reused namespace by time', () => {
    expect(attribute('east', { namespace: 'ml', start: 0 })).toMatchObject({
      userId: 'ada',
      projectId: 'p1',
      attributedBy: 'namespace',
    });
    expect(attribute('east', { namespace: 'ml', start: NOON - 1 })).toMatchObject({ userId: 'ada', projectId: 'p1' });
    expect(attribute('east', { namespace: 'ml', start: NOON + 3_600 })).toMatchObject({
      userId: 'cy',
      projectId: 'p2',
    });
  });

  it.each([[-1], [NOON], [NOON + 3_599]])('knows no namespace where no project is in force (at %d)', (start) => {
    expect(attribute('east', { namespace: 'ml', start })).toMatchObject({ reason: 'unknown_namespace' });
  });

  it('gives a window that several had a part of to who had the namespace longest', () => {
    const project = (start: number, end: number) => attribute('east', { namespace: 'ml', start, end });
    expect(project(NOON - 3_600, NOON + 3_600 + 2_400)).toMatchObject({ userId: 'ada', projectId: 'p1' });
    expect(project(NOON - 300, NOON + 3_600 + 2_400)).toMatchObject({ userId: 'cy', projectId: 'p2' });
    expect(project(NOON, NOON + 3_601)).toMatchObject({ userId: 'cy', projectId: 'p2' });
    expect(project(-3_600, 1)).toMatchObject({ userId: 'ada', projectId: 'p1' });
    expect(project(NOON, NOON + 3_600)).toMatchObject({ reason: 'unknown_namespace' });
  });

  it('takes usage of a window in which the user was on the cluster for a part', () => {
    const east = (start: number, end: number) => attribute('east', { subject: 'bo', start, end });
    expect(east(0, 11)).toMatchObject({ userId: 'bo' });
    expect(east(0, 10)).toMatchObject({ reason: 'user_not_on_cluster' });
    expect(east(2 * NOON - 1, 3 * NOON)).toMatchObject({ userId: 'bo', accountOwnerId: 'cy' });
  });

  it('tells equal namespaces of two clusters apart', () => {
    expect(attribute('west', { namespace: 'ml' })).toMatchObject({ userId: 'wes', projectId: 'p3' });
  });

  it('lets the subject decide over the namespace, and keeps the project', () => {
    expect(attribute('east', { namespace: 'ml', subject: 'bo', start: 10 })).toMatchObject({
      userId: 'bo',
      projectId: 'p1',
      attributedBy: 'subject',
    });
  });

  it('parks usage of a user who is on another cluster', () => {
    expect(attribute('west', { subject: 'ada' })).toMatchObject({ reason: 'user_not_on_cluster' });
    expect(attribute('west', { subject: 'ada', namespace: 'ml' })).toMatchObject({ reason: 'user_not_on_cluster' });
  });

  it('takes an assignment from its start to before its end', () => {
    expect(attribute('east', { subject: 'bo', start: 9 })).toMatchObject({ reason: 'user_not_on_cluster' });
    expect(attribute('east', { subject: 'bo', start: 10 })).toMatchObject({ userId: 'bo' });
    expect(attribute('east', { subject: 'bo', start: 2 * NOON - 1 })).toMatchObject({ userId: 'bo' });
    expect(attribute('east', { subject: 'bo', start: 2 * NOON })).toMatchObject({ reason: 'user_not_on_cluster' });
  });

  it('parks unknown users, namespaces and clusters, and says which', () => {
    expect(attribute('east', { subject: 'eve' })).toEqual({
      reason: 'unknown_user',
      detail: 'eve is not known at that time',
    });
    expect(attribute('east', { namespace: 'nope' })).toEqual({
      reason: 'unknown_namespace',
      detail: 'no project has the namespace nope at that time',
    });
    expect(attribute('west', { subject: 'ada' })).toEqual({
      reason: 'user_not_on_cluster',
      detail: 'ada is not assigned to the cluster at that time',
    });
    expect(attribute('east', {})).toEqual({
      reason: 'unknown_user',
      detail: 'no user is not known at that time',
    });
    expect(attribute('north', { namespace: 'ml' })).toMatchObject({ reason: 'unknown_namespace' });
    expect(attribute('east', { subject: '__proto__' })).toMatchObject({ reason: 'unknown_user' });
  });

  it('takes no namespace and no user for those that happen to be called undefined', () => {
    const odd = createDirectory({
      ...snapshot,
      projects: [{ id: 'p4', clusterId: 'east', namespace: 'undefined', userId: 'undefined', ...ALWAYS }],
      ownerships: [...snapshot.ownerships, { userId: 'undefined', accountOwnerId: 'undefined', ...ALWAYS }],
    });
    const event = { id: 'e', sourcePath: '', type: 'meter', namespace: undefined, gpuModel: undefined } as const;
    const at = { start: NOON, end: NOON, usages: [] };
    expect(odd.attribute('east', { ...event, ...at, subject: 'ada' })).toMatchObject({ projectId: undefined });
    expect(odd.attribute('east', { ...event, ...at, subject: undefined })).toMatchObject({ reason: 'unknown_user' });
  });

  it('takes a subject that is no user id for an alias of the cluster, and answers with the user id', () => {
    expect(attribute('east', { subject: 'name0002' })).toEqual({
      accountOwnerId: 'cy',
      userId: 'cy',
      clusterId: 'east',
      projectId: undefined,
      attributedBy: 'alias',
    });
    expect(attribute('west', { subject: 'name0001' })).toMatchObject({ userId: 'wes' });
    expect(attribute('west', { subject: 'name0002' })).toMatchObject({ reason: 'unknown_user' });
    expect(attribute('north', { subject: 'name0002' })).toMatchObject({ reason: 'unknown_user' });
    expect(attribute('east', { subject: 'NAME0002' })).toMatchObject({ reason: 'unknown_user' });
  });

  it('prefers the user whose id a subject is to the one whose alias it is', () => {
    expect(attribute('east', { subject: 'ada' })).toMatchObject({ userId: 'ada', attributedBy: 'subject' });
    // Also where that user is not on the cluster: an alias that is spelt like an id bills nobody else.
    expect(attribute('west', { subject: 'ada' })).toMatchObject({ reason: 'user_not_on_cluster' });
  });

  it('finds who had an alias for the longest part of the window, and who owned them when it began', () => {
    const named = (start: number, end: number) => attribute('east', { subject: 'name0001', start, end });
    expect(named(NOON - 1, NOON)).toMatchObject({ userId: 'bo', accountOwnerId: 'ada' });
    expect(named(NOON + 3_600, NOON + 3_601)).toMatchObject({ userId: 'cy' });
    expect(named(NOON - 3_600, NOON + 3_600 + 2_400)).toMatchObject({ userId: 'bo' });
    expect(named(NOON - 300, NOON + 3_600 + 2_400)).toMatchObject({ userId: 'cy' });
    expect(named(NOON, NOON + 3_600)).toMatchObject({ reason: 'unknown_user' });
    expect(named(0, 10)).toMatchObject({ reason: 'user_not_on_cluster', detail: expect.stringMatching(/^bo is not/) });
  });

  it('parks usage under an alias of a user who is on another cluster', () => {
    expect(attribute('east', { subject: 'wes00001' })).toMatchObject({ reason: 'user_not_on_cluster' });
  });

  it('gives equal answers as the same object and other answers as others', () => {
    const first = attribute('east', { subject: 'bo', start: 20 });
    expect(attribute('east', { subject: 'bo', start: 30 })).toBe(first);
    const answers = [
      first,
      attribute('east', { subject: 'bo', start: NOON }),
      attribute('east', { subject: 'bo', namespace: 'ml', start: 20 }),
      attribute('east', { subject: 'ada', namespace: 'ml', start: 20 }),
      attribute('east', { namespace: 'ml', start: 20 }),
    ];
    expect(new Set(answers).size).toBe(answers.length);
    expect(answers.map((answer) => (answer as Attribution).attributedBy)).toEqual([
      'subject',
      'subject',
      'subject',
      'subject',
      'namespace',
    ]);
  });
});

describe('meters', () => {
  it('counts GPU usage on the meter that its model is put on', () => {
    expect(directory.meterOf('gpu_hours', 'NVIDIA H100 80GB HBM3')).toBe('gpu_hours_h100');
    expect(directory.meterOf('gpu_hours', 'Tesla T4')).toBe('gpu_hours');
    expect(directory.meterOf('gpu_hours', undefined)).toBe('gpu_hours');
    expect(directory.meterOf('cpu_hours', 'NVIDIA H100 80GB HBM3')).toBe('cpu_hours');
    expect(directory.meterOf('cpu_hours', 'GTX 1080')).toBe('cpu_hours');
  });

  it('compares the names of models without their case and the white space around their words', () => {
    for (const name of ['nvidia h100 80gb hbm3', '  NVIDIA  H100\t80GB HBM3 '])
      expect(directory.meterOf('gpu_hours', name)).toBe('gpu_hours_h100');
    for (const name of ['NVIDIA-H100-80GB-HBM3', 'NVIDIA H100', 'NVIDIA H100 80GB HBM3e', 'NVIDIAH100 80GB HBM3'])
      expect(directory.meterOf('gpu_hours', name)).toMatchObject({ reason: 'unknown_gpu_model' });
  });

  it('counts a model on the meter that bears its name, unless it is put on another', () => {
    expect(directory.meterOf('gpu_hours', 'H100')).toBe('gpu_hours_h100');
    expect(directory.meterOf('gpu_hours', 'h100')).toBe('gpu_hours_h100');
    expect(directory.meterOf('gpu_hours', 'L4')).toBe('gpu_hours');
  });

  it.each([['A100'], ['(?)'], ['constructor'], ['']])(
    'never takes the unknown model "%s" for an ordinary GPU',
    (model) => {
      expect(directory.meterOf('gpu_hours', model)).toEqual({
        reason: 'unknown_gpu_model',
        detail: `no meter is set for the GPU model ${model}`,
      });
    },
  );

  it('knows what is plausible of a cluster, and what is of any', () => {
    expect(directory.limitsOf('west')).toMatchObject({ coresMax: 4_096n, gpusMax: 8n });
    expect(directory.limitsOf('east')).toEqual({ coresMax: 512n, gpusMax: 64n });
  });

  it.each([
    ['NVIDIA-A100-SXM4-80GB', 'gpu_hours_nvidia_a100_sxm4_80gb'],
    ['Tesla T4', 'gpu_hours_tesla_t4'],
    ['Tesla V100 (16 GB)', 'gpu_hours_tesla_v100_16_gb'],
    ['--L4--', 'gpu_hours_l4'],
    ['(?)', 'gpu_hours'],
  ])('names the meter of %s so that it can be registered', (model, meter) => {
    expect(gpuMeterOf(model)).toBe(meter);
    expect(meter).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
  });

  it('knows only registered meters', () => {
    expect(directory.hasMeter('cpu_hours')).toBe(true);
    expect(directory.hasMeter('constructor')).toBe(false);
  });
});

describe('closed months', () => {
  it.each([
    ['ada', 0, 120],
    ['ada', 119, 120],
    ['ada', 120, undefined],
    ['wes', 58, 59],
    ['wes', 59, undefined],
    ['cy', 0, undefined],
  ])('books usage of %s of day %d on day %s', (accountOwnerId, day, bookedOn) => {
    expect(directory.bookedOn(accountOwnerId, day)).toBe(bookedOn);
  });
});
