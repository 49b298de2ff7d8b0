import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyLimits } from './key-limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const limited = (retryAfterSeconds: number) => expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds });

describe('a key', () => {
  it('may send for five seconds what it did not use, and then its rate', () => {
    const limits = createKeyLimits({ requestsPerSecond: 10 });
    for (let i = 0; i < 50; i++) limits.admit('a', 0);
    expect(() => limits.admit('a', 0)).toThrow(limited(1));
    for (let second = 0; second < 3; second++) {
      vi.advanceTimersByTime(1_000);
      for (let i = 0; i < 10; i++) limits.admit('a', 0);
      expect(() => limits.admit('a', 0)).toThrow(limited(1));
    }
    vi.advanceTimersByTime(3_600_000);
    for (let i = 0; i < 50; i++) limits.admit('a', 0);
    expect(() => limits.admit('a', 0)).toThrow(limited(1));
  });

  it('pays back events beyond its allowance before it may send again', () => {
    const limits = createKeyLimits({ eventsPerSecond: 100 });
    limits.charge(limits.admit('a', 0), 499);
    limits.charge(limits.admit('a', 0), 1_001);
    expect(() => limits.admit('a', 0)).toThrow(limited(1_001 / 100));
    vi.advanceTimersByTime(10_000);
    expect(() => limits.admit('a', 0)).toThrow(limited(1));
    vi.advanceTimersByTime(10);
    limits.admit('a', 0);
  });

  it('is found out when it was let in several times at once', () => {
    const limits = createKeyLimits({ eventsPerSecond: 100 });
    const together = Array.from({ length: 3 }, () => limits.admit('a', 0));
    for (const allowance of together.slice(0, 2)) {
      limits.check(allowance);
      limits.charge(allowance, 400);
    }
    for (const allowance of together) expect(() => limits.check(allowance)).toThrow(limited(301 / 100));
    vi.advanceTimersByTime(3_010);
    limits.check(limits.admit('a', 0));
  });

  it('sends about its rate for long, however it sends', () => {
    const limits = createKeyLimits({ eventsPerSecond: 1_000 });
    let sent = 0;
    for (let i = 0; i < 10_000; i++) {
      vi.advanceTimersByTime(10);
      try {
        const eventCount = 1 + ((i * 7_919) % 5_000);
        limits.charge(limits.admit('a', 0), eventCount);
        sent += eventCount;
      } catch {
        // Not now.
      }
    }
    // 100 seconds, the allowance of the start and at most one request that was let in whole.
    expect(sent).toBeGreaterThan(100_000);
    expect(sent).toBeLessThanOrEqual(105_000 + 5_000);
  });

  it('does not pay for another one', () => {
    const limits = createKeyLimits({ requestsPerSecond: 1 });
    for (let i = 0; i < 5; i++) limits.admit('a', 0);
    expect(() => limits.admit('a', 0)).toThrow();
    limits.admit('b', 0);
  });

  it('is not forgotten while it has to pay back', () => {
    const limits = createKeyLimits({ eventsPerSecond: 1 });
    limits.charge(limits.admit('a', 0), 5_000);
    for (let minute = 0; minute < 60; minute++) {
      vi.advanceTimersByTime(60_000);
      limits.takeUses();
    }
    expect(() => limits.admit('a', 0)).toThrow(limited(5_000 - 5 - 3_600 + 1));
  });
});

it('tells each use once, the last one of each key', () => {
  const limits = createKeyLimits({ requestsPerSecond: 1 });
  limits.admit('a', 1);
  limits.admit('b', 2);
  limits.admit('a', 3);
  expect(limits.takeUses()).toEqual([
    { keyId: 'a', usedAt: 3 },
    { keyId: 'b', usedAt: 2 },
  ]);
  expect(limits.takeUses()).toEqual([]);
  for (let i = 4; i < 20; i++)
    try {
      limits.admit('a', i);
    } catch {
      // Refused is used too.
    }
  expect(limits.takeUses()).toEqual([{ keyId: 'a', usedAt: 19 }]);
});
