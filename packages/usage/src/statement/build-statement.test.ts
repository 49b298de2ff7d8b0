import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../decimal.ts';
import { parseUsageDay } from '../time.ts';
import { buildStatement, STATEMENT_LINE_KINDS, type StatementPart } from './build-statement.ts';

const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
const OCTOBER = dayOf('2026-10-01');
const SEPTEMBER = dayOf('2026-09-01');
const AUGUST = dayOf('2026-08-01');

function part(amount: string, changes: Partial<StatementPart> = {}): StatementPart {
  return {
    kind: 'usage',
    usageMonth: OCTOBER,
    meter: 'cpu_hours',
    userId: 'auth0|a',
    quantity: parseQuantity('1'),
    amountExact: parseQuantity(amount),
    ...changes,
  };
}

const anyPart: fc.Arbitrary<StatementPart> = fc.record({
  kind: fc.constantFrom(...STATEMENT_LINE_KINDS),
  usageMonth: fc.constantFrom(OCTOBER, SEPTEMBER, AUGUST),
  meter: fc.constantFrom('a', 'b'),
  userId: fc.constantFrom('auth0|a', 'auth0|b', undefined),
  quantity: fc.constantFrom(0n, undefined, 5n),
  amountExact: fc.oneof(fc.constant(0n), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n })),
});
const idOf = ({ kind, usageMonth, meter, userId }: StatementPart) => [kind, usageMonth, meter, userId].join();
const anyParts = fc.uniqueArray(anyPart, { selector: idOf, maxLength: 40 });

describe('a statement', () => {
  it('rounds its total once and gives the lines the cents that add up to it', () => {
    const thirds = ['a', 'b', 'c'].map((userId) => part('0.333333333333', { userId }));
    const { lines, total, totalExact } = buildStatement(OCTOBER, thirds);
    expect({ total, totalExact }).toEqual({ total: 100n, totalExact: parseQuantity('0.999999999999') });
    expect(lines.map(({ userId, amount }) => [userId, amount])).toEqual([
      ['a', 34n],
      ['b', 33n],
      ['c', 33n],
    ]);
  });

  it('shows the month first, then the closed months that it adjusts, the oldest first', () => {
    const { lines } = buildStatement(OCTOBER, [
      part('1', { kind: 'model_effect', usageMonth: SEPTEMBER, userId: undefined, quantity: undefined }),
      part('1', { kind: 're_rating', usageMonth: SEPTEMBER, quantity: undefined }),
      part('1', { kind: 'late_usage', usageMonth: AUGUST }),
      part('1', { kind: 'model_effect', userId: undefined, quantity: undefined }),
      part('1', { meter: 'gpu_hours' }),
      part('1', { userId: 'auth0|B' }),
      part('1', { userId: 'auth0|a' }),
    ]);
    expect(
      lines.map(({ position, kind, usageMonth, meter, userId }) => [position, kind, usageMonth, meter, userId]),
    ).toEqual([
      [1, 'usage', OCTOBER, 'cpu_hours', 'auth0|B'],
      [2, 'usage', OCTOBER, 'cpu_hours', 'auth0|a'],
      [3, 'usage', OCTOBER, 'gpu_hours', 'auth0|a'],
      [4, 'model_effect', OCTOBER, 'cpu_hours', undefined],
      [5, 'late_usage', AUGUST, 'cpu_hours', 'auth0|a'],
      [6, 're_rating', SEPTEMBER, 'cpu_hours', 'auth0|a'],
      [7, 'model_effect', SEPTEMBER, 'cpu_hours', undefined],
    ]);
  });

  it('shows what is of the whole account before what is of its users', () => {
    const parts = ['auth0|a', 'A', undefined].map((userId) => part('1', { userId }));
    for (const inOrder of [parts, [...parts].reverse()])
      expect(buildStatement(OCTOBER, inOrder).lines.map(({ userId }) => userId)).toEqual([undefined, 'A', 'auth0|a']);
  });

  it('can be a credit', () => {
    const { lines, total } = buildStatement(OCTOBER, [part('1.005'), part('-3.01', { userId: 'b' })]);
    expect({ total, amounts: lines.map(({ amount }) => amount) }).toEqual({ total: -201n, amounts: [100n, -301n] });
  });

  it('leaves out what changes nothing, and keeps free usage', () => {
    const { lines, total } = buildStatement(OCTOBER, [
      part('0', { userId: 'nothing', quantity: 0n }),
      part('0', { kind: 're_rating', quantity: undefined }),
      part('0', { userId: 'free' }),
    ]);
    expect({ total, users: lines.map(({ userId }) => userId) }).toEqual({ total: 0n, users: ['free'] });
    expect(buildStatement(OCTOBER, [])).toEqual({ lines: [], totalExact: 0n, total: 0n });
  });

  it('adds up, is the same in whatever order its parts come, and numbers its lines from 1', () => {
    fc.assert(
      fc.property(anyParts, fc.infiniteStream(fc.nat()), (parts, noise) => {
        const built = buildStatement(OCTOBER, parts);
        const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
        expect(sum(built.lines.map(({ amount }) => amount))).toBe(built.total);
        expect(sum(built.lines.map(({ amountExact }) => amountExact))).toBe(built.totalExact);
        expect(sum(parts.map(({ amountExact }) => amountExact))).toBe(built.totalExact);
        expect(built.lines.map(({ position }) => position)).toEqual(built.lines.map((_, place) => place + 1));
        for (const { amount, amountExact } of built.lines) {
          const difference = amount * 10n ** 10n - amountExact;
          expect(difference < 10n ** 10n && difference > -(10n ** 10n)).toBe(true);
        }
        const shuffled = parts
          .map((each) => ({ each, at: noise.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        expect(buildStatement(OCTOBER, shuffled)).toEqual(built);
      }),
    );
  });
});
