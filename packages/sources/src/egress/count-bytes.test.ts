import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countBytes } from './count-bytes.ts';

const ONE = 10n ** 12n;
const toSamples = (values: readonly (number | string)[]) =>
  values.map((value, time) => ({ time, value: String(value) }));
const count = (before: number | string | undefined, values: readonly (number | string)[], isNewFromZero = true) =>
  countBytes({ before: before === undefined ? undefined : String(before), samples: toSamples(values), isNewFromZero });

it('adds up differences, from the last sample of before on', () => {
  expect(count(100, [100, 150, 150, 175])).toBe(75n * ONE);
  expect(count(100, [])).toBe(0n);
});

it('counts a reset from zero', () => {
  expect(count(1_000, [1_100, 30, 50])).toBe(150n * ONE);
  expect(count(1_000, [0, 0])).toBe(0n);
});

it('counts a counter that is new from zero, or from its first sample where it may be old', () => {
  expect(count(undefined, [40, 60])).toBe(60n * ONE);
  expect(count(undefined, [40, 60], false)).toBe(20n * ONE);
});

it('is exact where a float would not be', () => {
  expect(count('9007199254740993', ['9007199254740994'])).toBe(ONE);
  expect(count('0.1', ['0.3', '1.2e+02'])).toBe(1_199n * (ONE / 10n));
});

it.each(['NaN', '+Inf', '-1'])('says that %s is no counter', (value) => {
  expect(count(0, [1, value])).toContain(value);
});

it('adds up over adjacent windows to all that was counted, wherever they meet and the counter is reset', () => {
  const steps = fc.array(fc.record({ sent: fc.nat(10 ** 9), isReset: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.array(fc.nat(40), { maxLength: 5 }), (made, cuts) => {
      let [counter, total] = [0, 0];
      const values = made.map(({ sent, isReset }) => {
        // A reset that reaches what was there before cannot be seen by anybody.
        const isSeen = isReset && sent < counter;
        counter = isSeen ? sent : counter + sent;
        total += sent;
        return counter;
      });
      const places = [0, ...cuts.map((cut) => Math.min(cut, values.length)).sort((a, b) => a - b), values.length];
      let [sum, before] = [0n, undefined as number | undefined];
      for (const [index, from] of places.slice(0, -1).entries()) {
        const part = values.slice(from, places[index + 1]);
        const bytes = count(before, part);
        expect(bytes).toBeTypeOf('bigint');
        if (typeof bytes !== 'bigint') continue;
        expect(bytes >= 0n).toBe(true);
        sum += bytes;
        before = part.at(-1) ?? before;
      }
      expect(sum).toBe(BigInt(total) * ONE);
    }),
  );
});
