import { describe, expect, it } from 'vitest';
import { allocateCents, type ExactPart, roundToCents } from './allocate-cents.ts';
import { parseQuantity } from './decimal.ts';

const CENT = parseQuantity('0.01');

const part = (key: string, exact: string): ExactPart<string> => ({ key, exact: parseQuantity(exact) });
const centsOf = (...parts: ExactPart<string>[]): bigint[] => allocateCents(parts).parts.map(({ cents }) => cents);

/** A small generator with a seed (mulberry32), so that a failure can be run again. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Parts of every kind: tiny, large, negative, whole cents, exact halves, equal remainders. */
function generateParts(seed: number): ExactPart<string>[] {
  const random = createRandom(seed);
  return Array.from({ length: random(40) }, (_, place) => {
    const whole = BigInt(random(1_000_000)) * CENT;
    const fraction = [0n, CENT / 2n, CENT / 3n, 1n, CENT - 1n, BigInt(random(1_000_000_000)) * 10n][random(6)] ?? 0n;
    const exact = random(3) === 0 ? fraction : whole + fraction;
    return { key: `key-${(place * 7) % 40}`, exact: random(4) === 0 ? -exact : exact };
  });
}

const SEEDS = Array.from({ length: 2_000 }, (_, seed) => seed);

describe('rounding', () => {
  it.each([
    ['0', 0n],
    ['0.004999999999', 0n],
    ['0.005', 1n],
    ['-0.005', -1n],
    ['-0.004999999999', 0n],
    ['1.015', 102n],
    ['1.025', 103n],
    ['-2.345', -235n],
    ['9999999999999999999999.995', 1_000_000_000_000_000_000_000_000n],
  ])('rounds %s half away from zero', (exact, cents) => {
    expect(roundToCents(parseQuantity(exact))).toBe(cents);
  });
});

describe('allocation', () => {
  it('gives the spare cent to the largest remainder', () => {
    expect(centsOf(part('a', '0.331'), part('b', '0.334'), part('c', '0.335'))).toEqual([33n, 33n, 34n]);
  });

  it('gives spare cents to the first keys when remainders are equal', () => {
    const third = '0.333333333333';
    expect(centsOf(part('c', third), part('a', third), part('b', third))).toEqual([33n, 34n, 33n]);
  });

  it('orders keys by code unit, not by a locale', () => {
    expect(centsOf(part('ä', '0.005'), part('a', '0.0025'), part('Z', '0.005'))).toEqual([0n, 0n, 1n]);
  });

  it('has nothing to give without parts', () => {
    expect(allocateCents([])).toEqual({ total: 0n, parts: [] });
  });

  it('keeps whole cents as they are', () => {
    expect(centsOf(part('a', '-1.00'), part('b', '0.01'), part('c', '12.34'))).toEqual([-100n, 1n, 1234n]);
  });

  it('gives a credit the same cents as the charge it takes back', () => {
    expect(centsOf(part('a', '0.331'), part('b', '0.336'))).toEqual([33n, 34n]);
    expect(centsOf(part('a', '-0.331'), part('b', '-0.336'))).toEqual([-33n, -34n]);
  });

  it('always adds up to the total that is rounded once', () => {
    for (const seed of SEEDS) {
      const parts = generateParts(seed);
      const { total, parts: allocated } = allocateCents(parts);
      expect(total, `seed ${seed}`).toBe(roundToCents(parts.reduce((sum, { exact }) => sum + exact, 0n)));
      expect(
        allocated.reduce((sum, { cents }) => sum + cents, 0n),
        `seed ${seed}`,
      ).toBe(total);
    }
  });

  it('never moves a part by a whole cent', () => {
    for (const seed of SEEDS) {
      const parts = generateParts(seed);
      allocateCents(parts).parts.forEach(({ key, cents }, place) => {
        const exact = parts[place]?.exact ?? 0n;
        const distance = cents * CENT - exact;
        expect(parts[place]?.key).toBe(key);
        expect(distance < CENT && distance > -CENT, `seed ${seed}`).toBe(true);
      });
    }
  });

  it('does not depend on the order in which parts come', () => {
    for (const seed of SEEDS) {
      const parts = generateParts(seed);
      const named = parts.map(({ exact }, place) => ({ key: `${place}`.padStart(2, '0'), exact }));
      const byKey = ({ parts: allocated }: ReturnType<typeof allocateCents>) =>
        [...allocated].sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(byKey(allocateCents([...named].reverse()))).toEqual(byKey(allocateCents(named)));
    }
  });

  it('never gives a larger part fewer cents than a smaller one', () => {
    for (const seed of SEEDS) {
      const parts = generateParts(seed);
      const cents = centsOf(...parts);
      const bySize = parts
        .map(({ exact }, place) => ({ exact, cents: cents[place] ?? 0n }))
        .sort((a, b) => (a.exact < b.exact ? -1 : a.exact > b.exact ? 1 : 0));
      for (let i = 1; i < bySize.length; i++) {
        const [smaller, larger] = [bySize[i - 1], bySize[i]];
        if (smaller === undefined || larger === undefined || smaller.exact === larger.exact) continue;
        expect(larger.cents >= smaller.cents, `seed ${seed}`).toBe(true);
      }
    }
  });
});
