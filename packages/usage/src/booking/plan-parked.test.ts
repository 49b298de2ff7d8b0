import {
  HOUR,
  SAMPLE_CLUSTER,
  SAMPLE_DIRECTORY,
  SAMPLE_START,
  sampleBatch,
  sampleEvent,
} from '@hopsmeter/test/support/usage/sample-events.ts';
import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../event.ts';
import { contentHashOf, eventKeyOf } from '../identity.ts';
import { writeParkedEvent } from './parked-event.ts';
import { planBatch } from './plan-batch.ts';
import { planParked, type TakenEvent } from './plan-parked.ts';

/** As Postgres hands it out. */
function take(event: UsageEvent, changes: Partial<TakenEvent> = {}): TakenEvent {
  return {
    id: `parked ${event.id}`,
    eventKey: eventKeyOf(SAMPLE_CLUSTER, event),
    contentHash: contentHashOf(event),
    clusterId: SAMPLE_CLUSTER,
    isReleased: false,
    event: JSON.parse(writeParkedEvent(event)),
    ...changes,
  };
}

describe('the plan of parked events', () => {
  it('has the rows that the same events have when they just came', () => {
    const midnight = Math.ceil(SAMPLE_START / (24 * HOUR)) * 24 * HOUR;
    const events = [
      sampleEvent('a'),
      sampleEvent('night', { start: midnight - HOUR, end: midnight + 2 * HOUR }),
      sampleEvent('gpu', { gpuModel: 'H100', usages: [{ meter: 'gpu_hours', quantity: '0.000000000005' }] }),
      sampleEvent('subject', { subject: 'auth0|ada', namespace: undefined }),
    ];
    const { ledger, prices } = planBatch(sampleBatch(events), SAMPLE_DIRECTORY);
    const taken = events.map((event) => take(event));
    // What a batch says besides is in the parked event already.
    const rows = ledger.map(({ batch, position, clusterId, sourcePath, eventId, ...row }) => row);
    expect(planParked(taken, SAMPLE_DIRECTORY)).toEqual({
      directoryVersion: '5',
      ledger: rows,
      prices,
      stillParked: [],
    });
  });

  it('says of each event why it cannot be counted yet', () => {
    const taken = [
      take(sampleEvent('namespace', { namespace: 'nope' })),
      take(sampleEvent('user', { subject: 'auth0|nobody' })),
      take(sampleEvent('cluster', { namespace: 'lab' })),
      take(sampleEvent('meter', { usages: [{ meter: 'unheard_of', quantity: '0.000000000001' }] })),
      take(sampleEvent('rate', { usages: [{ meter: 'model_calls', quantity: '0.000000000001' }] })),
      take(sampleEvent('window', { end: SAMPLE_START + 32 * 24 * HOUR })),
      take(sampleEvent('job'), { event: { payload: 'x' } }),
      take(sampleEvent('stray'), { clusterId: undefined }),
      take(sampleEvent('fine')),
    ];
    const { stillParked, ledger } = planParked(taken, SAMPLE_DIRECTORY);
    expect(stillParked.map(({ id, reason }) => [id, reason])).toEqual([
      ['parked namespace', 'unknown_namespace'],
      ['parked user', 'unknown_user'],
      ['parked cluster', 'user_not_on_cluster'],
      ['parked meter', 'unknown_meter'],
      ['parked rate', 'no_rate'],
      ['parked window', 'implausible'],
      ['parked job', undefined],
      ['parked stray', undefined],
    ]);
    expect(ledger.map(({ eventKey }) => eventKey)).toEqual([taken.at(-1)?.eventKey]);
  });

  it('counts what a person released, however implausible, if it can be attributed', () => {
    const event = sampleEvent('much', { usages: [{ meter: 'cpu_hours', quantity: '1000000000000000' }] });
    expect(planParked([take(event)], SAMPLE_DIRECTORY).stillParked).toMatchObject([{ reason: 'implausible' }]);
    expect(planParked([take(event, { isReleased: true })], SAMPLE_DIRECTORY)).toMatchObject({
      ledger: [{ usages: [{ quantity: '1000000000000000' }] }],
      stillParked: [],
    });
    const lost = take({ ...event, namespace: 'nope' }, { isReleased: true });
    expect(planParked([lost], SAMPLE_DIRECTORY).stillParked).toMatchObject([{ reason: 'unknown_namespace' }]);
  });

  it('counts one of two contents with the same identity, the first that can be', () => {
    const first = take(sampleEvent('a', { namespace: 'nope' }), { id: '1' });
    const second = take(sampleEvent('a'), { id: '2' });
    const third = take(sampleEvent('a', { usages: [{ meter: 'cpu_hours', quantity: '0.000000000007' }] }), { id: '3' });
    const { ledger, stillParked } = planParked([first, second, third], SAMPLE_DIRECTORY);
    expect(ledger.map(({ contentHash }) => contentHash)).toEqual([second.contentHash]);
    expect(stillParked.map(({ id, reason }) => [id, reason])).toEqual([
      ['1', 'unknown_namespace'],
      ['3', 'conflict'],
    ]);
  });

  it('keeps identity and content as they were parked, though the texts had to be changed to be stored', () => {
    const original = sampleEvent('a\0b');
    const taken = take({ ...original, id: 'a\ufffdb' }, { eventKey: 'key', contentHash: 1n });
    expect(planParked([taken], SAMPLE_DIRECTORY).ledger).toMatchObject([{ eventKey: 'key', contentHash: 1n }]);
  });

  it('does not count what was set aside', () => {
    const setAside = new Map([['parked a', { reason: 'uncountable', detail: 'refused' } as const]]);
    expect(planParked([take(sampleEvent('a'))], SAMPLE_DIRECTORY, setAside)).toMatchObject({
      ledger: [],
      stillParked: [{ id: 'parked a', reason: 'uncountable', detail: 'refused' }],
    });
  });
});
