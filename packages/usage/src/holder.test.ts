import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHolder, firstOverlap, type Holding, inForce, inOrder } from './holder.ts';

const HOUR = 60;
const holding = (userId: string, startedAt: number, endedAt: number): Holding => ({ userId, startedAt, endedAt });
const EVER = Number.POSITIVE_INFINITY;

describe('a window that overlaps a change', () => {
  const window = { start: 13 * HOUR, end: 14 * HOUR };
  it.each([
    [
      'the later one, who had 40 minutes of it',
      [
        ['a', -EVER, 13 * HOUR + 5],
        ['b', 13 * HOUR + 20, EVER],
      ],
      'b',
    ],
    [
      'the only one, after a gap at its begin',
      [
        ['a', -EVER, 12 * HOUR + 40],
        ['b', 13 * HOUR + 20, EVER],
      ],
      'b',
    ],
    [
      'the only one, before a gap at its end',
      [
        ['a', -EVER, 13 * HOUR + 1],
        ['b', 14 * HOUR, EVER],
      ],
      'a',
    ],
    [
      'the earlier one of equals',
      [
        ['a', -EVER, 13.5 * HOUR],
        ['b', 13.5 * HOUR, EVER],
      ],
      'a',
    ],
    [
      'one who had it twice, and longest in all',
      [
        ['a', 0, 13 * HOUR + 20],
        ['b', 13 * HOUR + 20, 13 * HOUR + 45],
        ['a', 13 * HOUR + 45, EVER],
      ],
      'a',
    ],
    [
      'nobody, when nobody had it',
      [
        ['a', -EVER, 13 * HOUR],
        ['b', 14 * HOUR, EVER],
      ],
      undefined,
    ],
  ] as const)('belongs to %s', (_who, holdings, expected) => {
    expect(
      findHolder(
        holdings.map(([user, from, to]) => holding(user, from, to)),
        window,
      )?.userId,
    ).toBe(expected);
  });

  it('names the longest holding of its user, and the first of equals', () => {
    const [first, second, third] = [holding('a', 0, 10), holding('b', 10, 20), holding('a', 20, 35)];
    expect(findHolder([first, second, third], { start: 0, end: 35 })).toBe(third);
    expect(findHolder([first, second, third], { start: 0, end: 30 })).toBe(first);
  });
});

/** Neighbours with and without gaps, of three users, in random order. */
const histories = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 5 }),
      gap: fc.integer({ min: 0, max: 3 }),
      userId: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 8 },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(({ length, gap, userId }) => {
      const startedAt = at + gap;
      at = startedAt + length;
      return holding(userId, startedAt, at);
    });
  });
const windows = fc.record({ start: fc.integer({ min: -3, max: 40 }), length: fc.integer({ min: 0, max: 40 }) });

it('whatever the history, it is who holds most of the moments of the window, found moment by moment', () => {
  fc.assert(
    fc.property(histories, windows, (history, { start, length }) => {
      const end = start + length;
      const moments = Array.from({ length: Math.max(1, length) }, (_, index) => start + index);
      const at = (moment: number) => history.find(({ startedAt, endedAt }) => startedAt <= moment && moment < endedAt);
      const held = moments.flatMap((moment) => at(moment) ?? []);
      const momentsOf = (userId: string) => held.filter((one) => one.userId === userId).length;
      const users = [...new Set(held.map(({ userId }) => userId))];
      const most = Math.max(0, ...users.map((userId) => momentsOf(userId)));
      const winner = users.find((userId) => momentsOf(userId) === most);
      const shuffled = inOrder(history.toReversed());
      expect(findHolder(shuffled, { start, end })?.userId).toBe(winner);
      expect(firstOverlap(shuffled, { start, end })).toBe(held[0]);
      expect(inForce(shuffled, start)).toBe(at(start));
    }),
  );
});
