import { type ComputeInput, createEventMaker, type UsageEvent } from '@hopsmeter/client';
import { parseEvent, parseTime } from '@hopsmeter/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CollectedWindow } from '../source.ts';
import { compareWindows } from './compare-windows.ts';
import { readUsage } from './event-usage.ts';

const CLUSTER = '3f2b8a4e-6d1c-4b7a-9e55-0c1d2e3f4a5b';
const WINDOW = { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' };
const make = createEventMaker(CLUSTER, '/collector/compute');

const used = (cpuCoreHours: number | string, changes: Partial<ComputeInput> = {}): UsageEvent =>
  make.compute({ namespace: 'churn', window: WINDOW, cpuCoreHours, gpuHours: 0, ramByteHours: 0, ...changes });

const answered = (
  events: readonly UsageEvent[],
  quarantined: CollectedWindow['quarantined'] = [],
): CollectedWindow => ({
  events,
  quarantined,
  ignored: [],
});

const compare = (sent: readonly UsageEvent[], now: readonly UsageEvent[], threshold: number | string = 0.001) =>
  compareWindows(sent, answered(now), threshold);

const NOTHING = { corrected: [], added: [], vanished: [], withheld: [] };
const ID = `compute/churn/${WINDOW.start}/${WINDOW.end}`;

describe('compareWindows', () => {
  it('leaves what is the same, and what differs by no more than the threshold', () => {
    const sent = [used('1000'), used(1, { namespace: 'fraud' })];
    expect(compare(sent, sent)).toEqual(NOTHING);
    expect(compare(sent, [used('1001'), used('0.999', { namespace: 'fraud' })])).toEqual(NOTHING);
    expect(compare(sent, [used('1000.00001')], 0).corrected).toEqual([
      { id: ID, quantities: { cpu_hours: '1000.00001' } },
    ]);
  });

  it('corrects what differs by more, up and down, with the whole new content', () => {
    const sent = [used(1000, { ramByteHours: 1_073_741_824 })];
    const up = compare(sent, [used('1001.00001', { ramByteHours: 1_073_741_824 })]);
    expect(up).toEqual({
      ...NOTHING,
      corrected: [{ id: ID, quantities: { cpu_hours: '1001.00001', ram_gb_hours: '1' } }],
    });
    expect(compare(sent, [used(1000, { ramByteHours: 1 })]).corrected).toEqual([
      { id: ID, quantities: { cpu_hours: '1000', ram_gb_hours: '0.000000000931322574615478515625' } },
    ]);
  });

  it('corrects to and from nothing, however large the threshold is', () => {
    const gpus = (gpuHours: number) => [used(1, { gpuHours })];
    expect(compare(gpus(0), gpus(1), 5).corrected).toEqual([
      { id: ID, quantities: { cpu_hours: '1', gpu_hours: '1' } },
    ]);
    expect(compare(gpus(1), gpus(0), 5).corrected).toEqual([{ id: ID, quantities: { cpu_hours: '1' } }]);
  });

  it('voids and replaces events with a GPU model, because the meter of a model is not known here', () => {
    const gpus = (gpuHours: number, gpuModel = 'H100') => used(1, { gpuHours, gpuModel });
    const compared = compare([gpus(1)], [gpus(2)]);
    expect(compared).toEqual({
      ...NOTHING,
      corrected: [{ id: `${ID}/-/H100`, quantities: {} }],
      added: [{ ...gpus(2), id: `recheck/${ID}/-/H100` }],
    });
    expect(compared.added.every((event) => readUsage(event)?.gpuModel === 'H100')).toBe(true);
    const long = 'x'.repeat(195);
    const [longer] = compare([gpus(1, long)], [gpus(2, long)]).added;
    expect(longer?.id).toMatch(/^recheck\/sha256\/[0-9a-f]{64}$/);
  });

  it('corrects egress too', () => {
    const sent = (egressBytes: string) => make.network({ namespace: 'churn', window: WINDOW, egressBytes });
    expect(compare([sent('1073741824')], [sent('3221225472.5')]).corrected).toEqual([
      { id: sent('1').id, quantities: { network_egress_gb: '3.0000000004656612873077392578125' } },
    ]);
  });

  it('adds what is new and keeps what vanished, each in its namespace', () => {
    const added = used(3, { namespace: 'fraud' });
    expect(compare([used(1)], [added])).toEqual({ ...NOTHING, added: [added], vanished: [ID] });
  });

  it('takes nothing away where rows of the namespace are quarantined now', () => {
    const sent = [used(2), used(5, { subject: 'meb10000' })];
    const fraud = used(1, { namespace: 'fraud' });
    const now = [used(1), used(6, { subject: 'meb10000' }), used('0.5', { namespace: 'fraud' })];
    for (const row of [
      { name: 'default-cluster/churn/a', namespace: 'churn', reason: 'negative_number', detail: '' },
      { name: 'default-cluster/churn/a', reason: 'unreadable_row', detail: '' },
    ])
      expect(compareWindows([...sent, fraud], answered(now, [row]), 0.001)).toEqual({
        corrected: [
          { id: `${ID}/meb10000`, quantities: { cpu_hours: '6' } },
          { id: fraud.id, quantities: { cpu_hours: '0.5' } },
        ],
        added: [],
        vanished: [],
        withheld: [ID],
      });
  });

  it('takes nothing away where the window was seen in part only now', () => {
    const notes = [{ reason: 'seen_in_part' as const, detail: '' }];
    const now = { ...answered([used(1), used(3, { namespace: 'fraud' })]), notes };
    expect(compareWindows([used(2), used(2, { namespace: 'fraud' })], now, 0.001)).toMatchObject({
      corrected: [{ quantities: { cpu_hours: '3' } }],
      withheld: [ID],
    });
  });

  it('does not mind quarantined rows of another cluster that has namespaces of the same name', () => {
    const row = { name: 'other/churn/a', namespace: 'churn', reason: 'other_cluster', detail: '' };
    expect(compareWindows([used(2)], answered([used(1)], [row]), 0.001).corrected).toHaveLength(1);
  });

  it('never counts usage twice that moved to another event, as when the model of a GPU became known', () => {
    const sent = [used(1, { gpuHours: 1 })];
    const named = used(1, { gpuHours: 1, gpuModel: 'H100' });
    expect(compare(sent, [named])).toEqual({ ...NOTHING, corrected: [{ id: ID, quantities: {} }], added: [named] });
    const both = [used(1), used(4, { gpuHours: 1, gpuModel: 'H100' })];
    const more = used(5, { gpuHours: 1, gpuModel: 'H100' });
    expect(compare(both, [more])).toMatchObject({
      corrected: [
        { id: more.id, quantities: {} },
        { id: ID, quantities: {} },
      ],
      added: [{ id: `recheck/${more.id}` }],
    });
  });

  it('leaves a namespace as it was sent where events vanished, others came, and the whole became less', () => {
    const sent = [used(2, { gpuHours: 1 }), used(7, { subject: 'meb10000' })];
    const named = used(1, { gpuHours: 1, gpuModel: 'H100' });
    expect(compare(sent, [named, used(7, { subject: 'meb10000' })])).toEqual({
      ...NOTHING,
      vanished: [ID],
      withheld: [named.id],
    });
  });

  it('refuses a threshold or an event that is none', () => {
    for (const threshold of [-1, Number.NaN, 'a tenth']) expect(() => compare([], [], threshold)).toThrow(RangeError);
    expect(() => compare([used('-1')], [])).toThrow(RangeError);
  });

  it('makes corrections that ingest reads as the very quantities that the new events report', () => {
    const decimals = fc.integer({ min: 1, max: 10 ** 12 }).map((digits) => String(digits / 100_000));
    fc.assert(
      fc.property(decimals, decimals, decimals, (cpuCoreHours, gpuHours, ramByteHours) => {
        const now = used(cpuCoreHours, { gpuHours, ramByteHours });
        const [corrected] = compare([used('0.000001')], [now]).corrected;
        const time = '2026-11-23T16:00:00Z';
        const correction = make.correction({ replaces: ID, time, quantities: corrected?.quantities ?? {} });
        const context = { clusterId: CLUSTER, now: parseTime(time) ?? 0 };
        const usagesOf = (event: UsageEvent) => {
          const parsed = parseEvent(event, context);
          return parsed.ok && 'usages' in parsed.event
            ? [...parsed.event.usages].sort((a, b) => (a.meter < b.meter ? -1 : 1))
            : [];
        };
        expect(usagesOf(correction)).toEqual(usagesOf(now));
      }),
    );
  });

  it('bills a namespace as it was sent, as it is answered now, or with what vanished while nothing else grew', () => {
    const event = fc.record({
      subject: fc.constantFrom('', 'meb10000'),
      gpuModel: fc.constantFrom('', 'H100', 'T4'),
      cpu: fc.integer({ min: 1, max: 9 }),
    });
    const answer = fc
      .uniqueArray(event, { selector: ({ subject, gpuModel }) => `${subject} ${gpuModel}` })
      .map((records) =>
        records.map(({ cpu, subject, gpuModel }) =>
          used(cpu, { ...(subject && { subject }), ...(gpuModel && { gpuModel, gpuHours: 1 }) }),
        ),
      );
    const cpuOf = (events: readonly UsageEvent[]) => events.reduce((sum, one) => sum + cpuOfEvent(one), 0);
    fc.assert(
      fc.property(answer, answer, (sent, now) => {
        const { corrected, added } = compare(sent, now, 0);
        const contents = new Map(corrected.map(({ id, quantities }) => [id, Number(quantities.cpu_hours ?? 0)]));
        const billed = cpuOf(added) + sent.reduce((sum, one) => sum + (contents.get(one.id) ?? cpuOfEvent(one)), 0);
        const before = new Map(sent.map((one) => [one.id, cpuOfEvent(one)]));
        const vanished = sent.filter(({ id }) => !now.some((one) => one.id === id));
        const hasGrown = now.some((one) => cpuOfEvent(one) > (before.get(one.id) ?? 0));
        if (vanished.length === 0) expect(billed).toBe(cpuOf(now));
        else if (hasGrown) expect([cpuOf(sent), cpuOf(now)]).toContain(billed);
        else expect(billed).toBe(cpuOf(now) + cpuOf(vanished));
      }),
    );
  });
});

function cpuOfEvent({ data }: UsageEvent): number {
  return 'cpuCoreHours' in data ? Number(data.cpuCoreHours) : 0;
}
