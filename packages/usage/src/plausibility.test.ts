import { describe, expect, it } from 'vitest';
import { METERS } from './event.ts';
import { PLAUSIBLE_LIMITS } from './limits.ts';
import { findImplausible as findImplausibleWithin } from './plausibility.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './time.ts';

const START = 20_000 * MICROS_PER_DAY;

const used = (meter: string, quantity: string, duration = MICROS_PER_HOUR) => ({
  start: START,
  end: START + duration,
  usages: [{ meter, quantity }],
});

const findImplausible = (event: Parameters<typeof findImplausibleWithin>[0], limits = PLAUSIBLE_LIMITS) =>
  findImplausibleWithin(event, limits);

describe('plausibility', () => {
  it('takes exactly 512 cores over the window and nothing above', () => {
    expect(findImplausible(used(METERS.cpu, '512'))).toBeUndefined();
    expect(findImplausible(used(METERS.cpu, '512.00000000000000000000000000000001'))).toBe(
      'more than 512 cores over the window',
    );
  });

  it('takes exactly 64 GPUs over the window and nothing above', () => {
    expect(findImplausible(used(METERS.gpu, '64'))).toBeUndefined();
    expect(findImplausible(used(METERS.gpu, '64.00000000000000000000000000000001'))).toBe(
      'more than 64 GPUs over the window',
    );
  });

  it('takes as many GPUs of a model that has its own meter, and nothing above', () => {
    expect(findImplausible(used('gpu_hours_h100', '64'))).toBeUndefined();
    expect(findImplausible(used('gpu_hours_h100', '64.00000000000000000000000000000001'))).toBe(
      'more than 64 GPUs over the window',
    );
    expect(findImplausible(used('gpu_hoursaving', '65'))).toBeUndefined();
  });

  it('takes what a large cluster may use, and less on a small one', () => {
    const large = { coresMax: 4_096n, gpusMax: 256n };
    expect(findImplausible(used(METERS.cpu, '4096'), large)).toBeUndefined();
    expect(findImplausible(used(METERS.cpu, '4096.00000000000000000000000000000001'), large)).toBe(
      'more than 4096 cores over the window',
    );
    expect(findImplausible(used(METERS.gpu, '256.00000000000000000000000000000001'), large)).toBe(
      'more than 256 GPUs over the window',
    );
    expect(findImplausible(used(METERS.gpu, '1'), { ...large, gpusMax: 0n })).toBe('more than 0 GPUs over the window');
  });

  it('measures against the window, not the hour', () => {
    expect(findImplausible(used(METERS.cpu, '12288', MICROS_PER_DAY))).toBeUndefined();
    expect(findImplausible(used(METERS.cpu, '12288', MICROS_PER_DAY - 1))).toBeDefined();
    expect(findImplausible(used(METERS.cpu, '0.000000000001', 1))).toBeUndefined();
  });

  it('takes a window of exactly 31 days and none longer', () => {
    expect(findImplausible(used(METERS.ram, '1', 31 * MICROS_PER_DAY))).toBeUndefined();
    expect(findImplausible(used(METERS.ram, '1', 31 * MICROS_PER_DAY + 1))).toBe('the window is longer than 31 days');
  });

  it('looks at every usage of the event', () => {
    const event = used(METERS.cpu, '1');
    expect(
      findImplausible({ ...event, usages: [...event.usages, { meter: METERS.gpu, quantity: '65' }] }),
    ).toBeDefined();
  });

  it('has no opinion on memory, storage or network', () => {
    for (const meter of [METERS.ram, METERS.onlineStorage, METERS.offlineStorage, METERS.egress])
      expect(findImplausible(used(meter, '10000000'))).toBeUndefined();
  });

  it('says nothing about an instant, which has no rate', () => {
    expect(findImplausible(used(METERS.cpu, '1000000000000000', 0))).toBeUndefined();
  });
});
