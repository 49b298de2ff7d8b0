import {
  formatTime,
  EVENT_ID_LENGTH_MAX as ID_MAX_OF_INGEST,
  CLUSTER_SOURCE_PREFIX as PREFIX_OF_INGEST,
  parseEvent,
  parseTime,
  EVENT_TYPES as TYPES_OF_INGEST,
} from '@hopsmeter/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildEventId } from '../../packages/client/src/events/event-id.ts';
import { CLUSTER_SOURCE_PREFIX, EVENT_ID_LENGTH_MAX } from '../../packages/client/src/events/event-limits.ts';
import { createEventMaker } from '../../packages/client/src/events/event-maker.ts';
import { EVENT_TYPES, type UsageEvent } from '../../packages/client/src/events/event-types.ts';
import { formatUtc } from '../../packages/client/src/events/utc-time.ts';
import { CLUSTER } from '../support/client/test-client.ts';

const NOW = Date.parse('2026-11-22T15:00:00Z') * 1_000;
const window = { start: '2026-11-22T13:00:00Z', end: new Date('2026-11-22T14:00:00Z') };
const maker = createEventMaker(CLUSTER, '/collector');

const compute = { namespace: 'recommender', window, cpuCoreHours: 3.5, gpuHours: '0.25', ramByteHours: 2n ** 40n };

const project = {
  namespace: 'recommender',
  projectName: 'recommender',
  projectId: 119,
  owner: 'ada@example.com',
  createdAt: window.start,
};

const examples: readonly UsageEvent[] = [
  maker.compute(compute),
  maker.compute({ ...compute, gpuModel: 'H100', subject: 'auth0|1' }),
  maker.storage({ namespace: 'recommender', window, onlineBytes: 1, offlineBytes: 2n ** 50n }),
  maker.storage({ namespace: 'offline', window, offlineBytes: 1 }),
  maker.storage({ namespace: 'online', window, onlineBytes: 1 }),
  maker.network({ namespace: 'recommender', window, egressBytes: 0 }),
  maker.meter({ meter: 'model_calls', quantity: 1, namespace: 'recommender', window }),
  maker.meter({ meter: 'model_calls', quantity: 1, subject: 'auth0|1', id: 'call-1', time: window.start }),
  maker.correction({ replaces: 'x', time: window.end, quantities: { cpu_hours: '1.5' }, reason: 'measured twice' }),
  maker.correction({ replaces: 'x', time: window.start }),
  maker.manifest({ window, eventCount: 3, sums: { cpu_hours: 7n } }),
  maker.manifest({ window, eventCount: 0, missing: 'OpenCost did not answer' }),
  maker.manifest({ window, eventCount: 1, part: 'recheck' }),
  maker.manifest({ window, eventCount: 0, missing: 'OpenCost did not answer', part: 'recheck' }),
  maker.project({ ...project, time: window.end }),
  maker.project({ ...project, projectId: 120, time: new Date(window.end), endedAt: window.end }),
];

describe('events that are made', () => {
  it('are taken by ingest, every type', () => {
    for (const event of examples)
      expect(parseEvent(JSON.parse(JSON.stringify(event)), { clusterId: CLUSTER, now: NOW })).toMatchObject({
        ok: true,
      });
    expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(Object.values(EVENT_TYPES)));
  });

  it('are of the types, and within the limits, that ingest has', () => {
    expect(EVENT_TYPES).toEqual(TYPES_OF_INGEST);
    expect([EVENT_ID_LENGTH_MAX, CLUSTER_SOURCE_PREFIX]).toEqual([ID_MAX_OF_INGEST, PREFIX_OF_INGEST]);
  });

  it('have ids that say what was measured', () => {
    expect(examples.map(({ id }) => id)).toEqual([
      'compute/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'compute/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/auth0|1/H100',
      'storage/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'storage/offline/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'storage/online/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'network/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'meter/model_calls/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'call-1',
      'correction/x/2026-11-22T14:00:00Z',
      'correction/x/2026-11-22T13:00:00Z',
      'manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/missing',
      'manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/recheck',
      'manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/missing/recheck',
      'project/recommender/119/2026-11-22T14:00:00Z',
      'project/recommender/120/2026-11-22T14:00:00Z',
    ]);
    expect(new Set(examples.map(({ source }) => source))).toEqual(
      new Set([`urn:hopsworks:cluster:${CLUSTER}/collector`]),
    );
  });

  it('have the same id for the same input, however its times and quantities are written', () => {
    const other = { start: new Date('2026-11-22T13:00:00.000Z'), end: '2026-11-22T15:00:00.000+01:00' };
    expect(maker.compute({ ...compute, window: other })).toEqual(maker.compute(compute));
    // What was measured again is the same event: that it has another quantity is for ingest to see.
    expect(maker.compute({ ...compute, cpuCoreHours: 4 }).id).toBe(maker.compute(compute).id);
  });

  it('never have the same id for what is not the same', () => {
    const units = ['', 'a', '/', '-', '%', '2F', '2D'];
    const texts = [...new Set(units.flatMap((one) => units.map((other) => one + other)))];
    const ids = new Map<string, string>();
    for (const one of [undefined, ...texts])
      for (const two of [undefined, ...texts])
        for (const three of [undefined, ...units]) {
          const [id, what] = [buildEventId('k', [one, two, three]), JSON.stringify([[one], [two], [three]])];
          expect(ids.get(id) ?? what).toBe(what);
          ids.set(id, what);
        }
    const long = (last: string): string => buildEventId('compute', ['n'.repeat(253), 'm'.repeat(253), last]);
    expect(long('a')).not.toBe(long('b'));
    expect(long('a').length).toBeLessThanOrEqual(EVENT_ID_LENGTH_MAX);
  });

  it('say of storage only what was measured, and refuse it when nothing was', () => {
    expect(maker.storage({ namespace: 'a', window, onlineBytes: 1 }).data).not.toHaveProperty('offlineBytes');
    expect(maker.storage({ namespace: 'a', window, offlineBytes: 0 }).data).toMatchObject({ offlineBytes: 0 });
    // @ts-expect-error at least one of them is required
    expect(() => maker.storage({ namespace: 'a', window })).toThrow('onlineBytes, offlineBytes or both are required');
    // It would have the id of a manifest of a missing window.
    expect(() => maker.manifest({ window, eventCount: 1, part: 'missing' })).toThrow('part must not be missing');
  });

  it('refuse what JSON cannot say and what is no time', () => {
    expect(() => maker.network({ namespace: 'a', window, egressBytes: Number.NaN })).toThrow('egressBytes');
    expect(() => maker.manifest({ window, eventCount: 1, sums: { cpu: 1 / 0 } })).toThrow('sums.cpu');
    for (const start of ['2026-11-22', '2026-02-30T00:00:00Z', '2026-11-22T24:00:00Z', new Date(Number.NaN), 'x'])
      expect(() =>
        maker.storage({ namespace: 'a', window: { start, end: start }, onlineBytes: 1, offlineBytes: 1 }),
      ).toThrow('window.start must be RFC 3339');
  });
});

it('reads a time as ingest does', () => {
  const fraction = fc.integer({ min: 0, max: 999_999_999 }).map((nanos) => String(nanos).padStart(9, '0'));
  const time = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      time,
      fraction,
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('Z', 'z', '+05:30', '-11:00'),
      (at, digits, length, zone) => {
        const text = `${at.toISOString().slice(0, 19)}${length === 0 ? '' : `.${digits.slice(0, length)}`}${zone}`;
        const micros = parseTime(text) ?? Number.NaN;
        expect(parseTime(formatUtc(text, 'time'))).toBe(micros);
        expect(formatUtc(text, 'time').replace('.000Z', 'Z')).toBe(formatTime(micros).replace('.000Z', 'Z'));
      },
    ),
  );
});
