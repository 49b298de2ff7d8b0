import { expect, it } from 'vitest';
import { createFailures } from './failures.ts';

const DOWN = { code: 'UNREACHABLE', detail: 'for the test' };

function atTime() {
  let now = 1_000;
  const failures = createFailures(
    () => now,
    () => 1,
  );
  return { failures, pass: (ms: number) => (now += ms) };
}

it('one window that fails rests by itself, longer each time, up to ten minutes', () => {
  const { failures, pass } = atTime();
  for (const restMs of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]) {
    failures.note('13', DOWN);
    failures.settle(['14']);
    expect(failures.restMs()).toBe(0);
    pass(restMs - 1);
    expect(failures.isResting('13')).toBe(true);
    pass(1);
    expect(failures.isResting('13')).toBe(false);
    expect(failures.isResting('14')).toBe(false);
  }
});

it('a source that has no answer for a second window rests as a whole, up to a minute', () => {
  const { failures } = atTime();
  failures.note('13', DOWN);
  expect(failures.restMs()).toBe(0);
  for (const restMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
    failures.note('14', DOWN);
    expect(failures.restMs()).toBe(restMs);
  }
  failures.settle(['15']);
  expect(failures.restMs()).toBe(0);
});

it('what no window is to blame for makes the source rest at once', () => {
  const { failures } = atTime();
  failures.note(undefined, DOWN);
  expect(failures.restMs()).toBe(5_000);
});

it('tells news from what is known, and when the last of it is over', () => {
  const { failures } = atTime();
  expect(failures.last()).toBeUndefined();
  expect(failures.note('13', DOWN)).toBe(true);
  expect(failures.note('14', DOWN)).toBe(false);
  expect(failures.note('14', { code: 'TIMED_OUT', detail: 'for the test' })).toBe(true);
  expect(failures.last()).toMatchObject({ code: 'TIMED_OUT' });
  expect(failures.settle(['14'])).toBe(false);
  expect(failures.last()).toEqual(DOWN);
  expect(failures.settle(['13'])).toBe(true);
  expect(failures.settle(['13'])).toBe(false);
  expect(failures.last()).toBeUndefined();
});
