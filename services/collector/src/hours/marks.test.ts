import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR_MS, type Hour } from './hour.ts';
import {
  beginMarks,
  countUnfinished,
  finish,
  formatMarks,
  isFinished,
  parseMarks,
  unfinished,
  unfinishedFromNewest,
} from './marks.ts';

const SINCE = Date.UTC(2026, 10, 22, 13);
const END = SINCE + 48 * HOUR_MS;
const hour = fc.integer({ min: 0, max: 47 }).map((index) => SINCE + index * HOUR_MS);

it('know of each hour whether it is finished, in whatever order it was, over every restart', () => {
  fc.assert(
    fc.property(fc.array(fc.array(hour, { maxLength: 5 })), (rounds) => {
      const finished = new Set<Hour>();
      let marks = beginMarks(SINCE);
      for (const hours of rounds) {
        for (const one of hours) finished.add(one);
        marks = parseMarks(formatMarks(finish(marks, hours)));
      }
      const left = Array.from({ length: 48 }, (_, index) => SINCE + index * HOUR_MS).filter(
        (one) => !finished.has(one),
      );
      expect([...unfinished(marks, END)]).toEqual(left);
      expect([...unfinishedFromNewest(marks, END)]).toEqual(left.toReversed());
      expect(countUnfinished(marks, END)).toBe(left.length);
      for (let one = SINCE; one < END; one += HOUR_MS) expect(isFinished(marks, one)).toBe(finished.has(one));
    }),
  );
});

it('stay as short as what was done out of order', () => {
  const marks = finish(beginMarks(SINCE), [SINCE + HOUR_MS, SINCE]);
  expect(formatMarks(marks)).toBe(
    '{"version":1,"since":"2026-11-22T13:00:00Z","done":"2026-11-22T15:00:00Z","later":[]}\n',
  );
});

it.each(['', '{}', '{"version":2,"since":"2026-11-22T13:00:00Z","done":"2026-11-22T13:00:00Z","later":[]}'])(
  'are refused when they are not what was written: %s',
  (text) => expect(() => parseMarks(text)).toThrow(),
);

it('are refused when a time in them is not the start of an hour', () => {
  const text = formatMarks(beginMarks(SINCE)).replaceAll('13:00:00Z', '13:30:00Z');
  expect(() => parseMarks(text)).toThrow('2026-11-22T13:30:00Z is not the start of an hour');
});
