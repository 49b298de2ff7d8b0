import { describe, expect, it } from 'vitest';
import { alikeOf, readLacking } from './lacking.ts';
import type { ParkedEvent } from './parked-schemas.ts';
import { REASON_KEYS } from './reasons.ts';
import { REMEDY_TEXTS, remediesFor } from './remedy-kinds.ts';

const parked = (id: string, reason: string, event: Record<string, unknown>, changes: Partial<ParkedEvent> = {}) => ({
  id,
  eventId: id,
  sourcePath: '',
  clusterId: 'c1',
  reason,
  detail: '',
  status: 'pending',
  parkedAt: '2026-11-22T14:05:00Z',
  tryCount: 0,
  triedAt: null,
  dueAt: null,
  resolvedAt: null,
  resolvedBy: null,
  resolution: null,
  event,
  ...changes,
});

describe('what a parked event lacks', () => {
  it('is read out of what it says', () => {
    const event = {
      namespace: 'ml',
      start: '2026-11-22T14:05:00Z',
      gpuModel: 'H100',
      usages: [{ meter: 'gpu_hours', quantity: '1' }],
    };
    expect(readLacking(parked('1', 'no_rate', event))).toEqual({
      clusterId: 'c1',
      namespace: 'ml',
      subject: undefined,
      userId: undefined,
      gpuModel: 'H100',
      meters: ['gpu_hours'],
      start: '2026-11-22T14:05:00Z',
    });
    expect(readLacking(parked('1', 'unreadable_batch', { payload: 'x' }))).toMatchObject({ meters: [] });
  });

  it('is the user whom the reason names, where the event says a namespace or an alias', () => {
    const detail = 'auth0|a b is not assigned to the cluster at that time';
    const event = parked('1', 'user_not_on_cluster', { subject: 'john1234' }, { detail });
    expect(readLacking(event).userId).toBe('auth0|a b');
  });
});

describe('events that wait for the same', () => {
  const idsOf = (event: ParkedEvent, events: readonly ParkedEvent[]) => alikeOf(event, events).map(({ id }) => id);

  it('name the same namespace of the same cluster', () => {
    const ml = parked('1', 'unknown_namespace', { namespace: 'ml' });
    const again = { ...ml, id: '2' };
    const elsewhere = { ...ml, id: '3', clusterId: 'c2' };
    const other = parked('4', 'unknown_namespace', { namespace: 'lab' });
    const implausible = parked('5', 'implausible', { namespace: 'ml' });
    expect(idsOf(ml, [ml, again, elsewhere, other, implausible])).toEqual(['1', '2']);
    expect(idsOf(implausible, [ml, implausible, { ...implausible, id: '6' }])).toEqual(['5']);
  });

  it('name a GPU model, however it is written, on any cluster', () => {
    const model = parked('1', 'unknown_gpu_model', { gpuModel: 'NVIDIA H100' });
    const other = parked('2', 'unknown_gpu_model', { gpuModel: 'nvidia h100 ' }, { clusterId: 'c2' });
    expect(idsOf(model, [model, other])).toEqual(['1', '2']);
  });
});

it('something helps every reason, and it has a name', () => {
  for (const reason of [...REASON_KEYS, 'a new one'])
    for (const kind of remediesFor(reason)) expect(REMEDY_TEXTS[kind].button).not.toBe('');
});
