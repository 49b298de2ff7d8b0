import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from './hour.ts';
import { beginMarks, finish } from './marks.ts';
import { planWindow, type Situation } from './plan-window.ts';

const at = (text: string): number => Date.parse(text);
const SINCE = at('2026-11-20T00:00:00Z');

const situation = (changes: Partial<Situation>): Situation => ({
  source: { kind: 'recorded', delayMs: 600_000 },
  marks: beginMarks(SINCE),
  now: at('2026-11-20T03:10:00Z'),
  reach: { hours: undefined, days: undefined },
  mayMiss: true,
  isNewestNext: false,
  isResting: () => false,
  ...changes,
});

const hour = (start: string, end: string) => ({
  kind: 'collect',
  window: { start: `2026-11-${start}:00:00Z`, end: `2026-11-${end}:00:00Z` },
});

describe('of a source that knows the past', () => {
  it('an hour is collected when its delay is over, and not before', () => {
    const marks = finish(beginMarks(SINCE), [SINCE, SINCE + HOUR_MS]);
    expect(planWindow(situation({ marks, now: at('2026-11-20T03:09:59Z') }))).toBeUndefined();
    expect(planWindow(situation({ marks }))).toEqual(hour('20T02', '20T03'));
  });

  it('a backlog is worked off from the end that it is the turn of', () => {
    expect(planWindow(situation({}))).toEqual(hour('20T00', '20T01'));
    expect(planWindow(situation({ isNewestNext: true }))).toEqual(hour('20T02', '20T03'));
  });

  it('an hour that has no answer lets the others go first', () => {
    const isResting = (start: number) => start === SINCE;
    expect(planWindow(situation({ isResting }))).toEqual(hour('20T01', '20T02'));
    expect(planWindow(situation({ isResting: () => true }))).toBeUndefined();
  });

  it('hours that it does not keep any longer are missing, and nothing waits for them', () => {
    const reach = { hours: SINCE + 2 * HOUR_MS, days: undefined };
    const missed = { kind: 'miss', hours: [SINCE, SINCE + HOUR_MS], why: 'out_of_reach' };
    expect(planWindow(situation({ reach }))).toEqual(missed);
    expect(planWindow(situation({ reach, mayMiss: false }))).toEqual(hour('20T02', '20T03'));
  });

  it('a day that it has only whole is collected whole', () => {
    const now = at('2026-11-23T12:10:00Z');
    const reach = { hours: now - 49 * HOUR_MS, days: SINCE };
    expect(planWindow(situation({ now, reach }))).toEqual(hour('20T00', '21T00'));
    const marks = finish(beginMarks(SINCE), hoursFrom(SINCE, 24));
    // The 21st at 11 is still there, but the hours before are not: one window or the other.
    expect(planWindow(situation({ now, reach, marks }))).toEqual(hour('21T00', '22T00'));
  });

  it('of a day of which an hour was collected the others are missing: a whole day would count it twice', () => {
    const now = at('2026-11-23T12:10:00Z');
    const reach = { hours: now - 49 * HOUR_MS, days: SINCE };
    const marks = finish(beginMarks(SINCE), [...hoursFrom(SINCE, 3), SINCE + 23 * HOUR_MS]);
    const missed = { kind: 'miss', hours: hoursFrom(SINCE + 3 * HOUR_MS, 20), why: 'out_of_reach' };
    expect(planWindow(situation({ now, reach, marks }))).toEqual(missed);
  });

  it('a day that began before its time, or that it does not keep either, is missing by the hour', () => {
    const now = at('2026-11-23T12:10:00Z');
    const since = SINCE + HOUR_MS;
    const kept = { hours: now - 49 * HOUR_MS, days: SINCE };
    const missed = { kind: 'miss', hours: hoursFrom(since, 23), why: 'out_of_reach' };
    expect(planWindow(situation({ now, reach: kept, marks: beginMarks(since) }))).toEqual(missed);
    const reach = { hours: now - 49 * HOUR_MS, days: SINCE + DAY_MS };
    const lost = { kind: 'miss', hours: hoursFrom(SINCE, 24), why: 'out_of_reach' };
    expect(planWindow(situation({ now, reach }))).toEqual(lost);
  });
});

describe('of a source that knows what is now', () => {
  const sampled = (changes: Partial<Situation>) =>
    planWindow(situation({ source: { kind: 'sampled', delayMs: 300_000 }, ...changes }));
  const marks = finish(beginMarks(SINCE), hoursFrom(SINCE, 3));

  it('the hour is sampled that it is, once a while of it is over', () => {
    expect(sampled({ marks, now: at('2026-11-20T03:04:59Z') })).toBeUndefined();
    expect(sampled({ marks, now: at('2026-11-20T03:05:00Z') })).toEqual(hour('20T03', '20T04'));
    expect(sampled({ marks, now: at('2026-11-20T03:59:59Z') })).toEqual(hour('20T03', '20T04'));
  });

  it('an hour that is over is missing, after the one that it is was sampled', () => {
    const now = at('2026-11-20T05:05:00Z');
    expect(sampled({ marks, now })).toEqual(hour('20T05', '20T06'));
    const missed = { kind: 'miss', hours: hoursFrom(SINCE + 3 * HOUR_MS, 2), why: 'not_sampled' };
    expect(sampled({ marks: finish(marks, [SINCE + 5 * HOUR_MS]), now })).toEqual(missed);
    expect(sampled({ marks, now, isResting: () => true })).toEqual(missed);
    expect(sampled({ marks, now, isResting: () => true, mayMiss: false })).toBeUndefined();
  });

  it('an hour from before it began, by a clock that went back, is not sampled', () => {
    expect(sampled({ marks: beginMarks(SINCE + 4 * HOUR_MS), now: at('2026-11-20T03:05:00Z') })).toBeUndefined();
  });
});

function hoursFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index * HOUR_MS);
}
