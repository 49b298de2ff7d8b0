import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideHalfAway,
  divideHalfEven,
  formatQuantity,
  parseDecimal,
  parseQuantity,
  scaleDecimal,
  toQuantity,
} from './decimal.ts';
import { isDeferred } from './event.ts';
import { toExactUnits } from './exact-quantity.ts';
import { parseEvent } from './parse-event.ts';

/**
 * An exact number as a fraction of whole numbers; shares nothing with the code, neither its scales nor its roundings.
 */
type Fraction = { readonly over: bigint; readonly under: bigint };

/** Decimal text, digit by digit, as one reads it aloud. */
function read(text: string): Fraction {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  let over = 0n;
  let under = 1n;
  let isBehindPoint = false;
  for (const character of mantissa) {
    if (character === '.') isBehindPoint = true;
    if (!'0123456789'.includes(character)) continue;
    over = over * 10n + BigInt(character);
    if (isBehindPoint) under *= 10n;
  }
  for (let i = Number(exponent); i > 0; i--) over *= 10n;
  for (let i = Number(exponent); i < 0; i++) under *= 10n;
  return { over: mantissa.startsWith('-') ? -over : over, under };
}

const times = (a: Fraction, over: bigint, under = 1n): Fraction => ({ over: a.over * over, under: a.under * under });
const plus = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});
const isEqual = (a: Fraction, b: Fraction): boolean => a.over * b.under === b.over * a.under;

/** The nearest whole number; of two that are as near the one that `chooses`. */
function nearest({ over, under }: Fraction, choose: (below: bigint, above: bigint) => bigint): bigint {
  let below = over / under;
  while (below * under > over) below--;
  const gapBelow = over - below * under;
  const gapAbove = (below + 1n) * under - over;
  if (gapBelow === gapAbove) return choose(below, below + 1n);
  return gapBelow < gapAbove ? below : below + 1n;
}
const halfEven = (fraction: Fraction): bigint =>
  nearest(fraction, (below, above) => (below % 2n === 0n ? below : above));
const halfAway = (fraction: Fraction): bigint => nearest(fraction, (below, above) => (below < 0n ? below : above));

const SCALE = 10n ** 12n;
const EXACT_SCALE = 10n ** 32n;
const digits = (maxLength: number, minLength = 0) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });

/** Decimal text as JSON numbers and people have it; halves of the last decimal often. */
const unsigned = fc
  .tuple(
    digits(16, 1),
    fc.option(fc.oneof(digits(20, 1), fc.constantFrom('0000000000005', '000000000001', '5'))),
    fc.option(fc.integer({ min: -18, max: 6 })),
  )
  .map(
    ([whole, fraction, exponent]) =>
      whole + (fraction === null ? '' : `.${fraction}`) + (exponent === null ? '' : `e${exponent}`),
  );
const decimals = fc.tuple(fc.constantFrom('', '-'), unsigned).map(([sign, text]) => sign + text);
const factor = fc.oneof(fc.bigInt({ min: 1n, max: 10n }), fc.bigInt({ min: 1n, max: 10n ** 20n }));

function decimalOf(text: string) {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new Error(`${text} is no decimal`);
  return decimal;
}

describe('decimal arithmetic equals that of fractions', () => {
  it('where decimals are scaled', () => {
    fc.assert(
      fc.property(decimals, factor, factor, (text, over, under) => {
        expect(scaleDecimal(decimalOf(text), over, under)).toBe(halfEven(times(read(text), over, under)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('where it divides', () => {
    const few = fc.bigInt({ min: -50n, max: 50n });
    const any = fc.oneof(few, fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }));
    const under = fc.oneof(fc.bigInt({ min: 1n, max: 12n }), factor);
    fc.assert(
      fc.property(any, under, (over, under) => {
        expect(divideHalfEven(over, under)).toBe(halfEven({ over, under }));
        expect(divideHalfAway(over, under)).toBe(halfAway({ over, under }));
      }),
      { numRuns: 3_000 },
    );
  });

  it('where it takes only what it can keep', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        const { over, under } = times(read(text), SCALE);
        const exact = over % under === 0n ? over / under : undefined;
        expect(toQuantity(decimalOf(text))).toBe(exact);
        if (exact !== undefined) expect(parseQuantity(text)).toBe(exact);
        else expect(() => parseQuantity(text)).toThrow('more than 12 decimals');
      }),
      { numRuns: 3_000 },
    );
  });

  it('where quantities are added up and written', () => {
    const quantity = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(fc.array(quantity, { maxLength: 20 }), (quantities) => {
        const total = quantities.reduce((sum, each) => sum + each, 0n);
        const written = quantities.map((each) => read(formatQuantity(each)));
        const expected = written.reduce(plus, { over: 0n, under: 1n });
        expect(isEqual(read(formatQuantity(total)), expected)).toBe(true);
      }),
    );
  });
});

const CLUSTER = '5f3c1f0e-8a33-4e0e-9d55-1c2f6a1b0001';
const NOW = Date.UTC(2026, 10, 22, 17) * 1_000;
const MINUTE = 60_000;
const GIB = 2n ** 30n;
const HOUR_MICROS = 3_600_000_000n;

/** What the event says in meters, in units of 10⁻³². */
function measure(type: string, data: object, minutes: number): Map<string, bigint> {
  const start = Date.UTC(2026, 10, 20);
  const window = {
    start: new Date(start).toISOString(),
    end: new Date(start + minutes * MINUTE).toISOString(),
  };
  const event = {
    specversion: '1.0',
    id: 'e',
    source: `urn:hopsworks:cluster:${CLUSTER}`,
    type: `ai.hopsworks.usage.${type}.v1`,
    data: { namespace: 'ml', window, ...data },
  };
  const parsed = parseEvent(event, { clusterId: CLUSTER, now: NOW });
  if (!parsed.ok || isDeferred(parsed.event)) throw new Error(JSON.stringify(parsed));
  return new Map(parsed.event.usages.map(({ meter, quantity }) => [meter, toExactUnits(quantity)]));
}

/** Each field of each type: its meter, and what its value is multiplied with over a window of so many microseconds. */
const MEASURES: readonly [type: string, field: string, meter: string, factorOf: (micros: bigint) => Fraction][] = [
  ['compute', 'cpuCoreHours', 'cpu_hours', () => ({ over: 1n, under: 1n })],
  ['compute', 'gpuHours', 'gpu_hours', () => ({ over: 1n, under: 1n })],
  ['compute', 'ramByteHours', 'ram_gb_hours', () => ({ over: 1n, under: GIB })],
  ['storage', 'onlineBytes', 'online_storage_gb_hours', (micros) => ({ over: micros, under: GIB * HOUR_MICROS })],
  ['storage', 'offlineBytes', 'offline_storage_gb_hours', (micros) => ({ over: micros, under: GIB * HOUR_MICROS })],
  ['network', 'egressBytes', 'network_egress_gb', () => ({ over: 1n, under: GIB })],
  ['meter', 'quantity', 'model_calls', () => ({ over: 1n, under: 1n })],
];
const OTHERS: Record<string, object> = {
  compute: { cpuCoreHours: 0, gpuHours: 0, ramByteHours: 0 },
  storage: { onlineBytes: 0, offlineBytes: 0 },
  meter: { meter: 'model_calls' },
};

describe('measures', () => {
  it.each(MEASURES)('of %s events round %s once, half to even', (type, field, meter, factorOf) => {
    // Small enough for any meter.
    const values = fc.tuple(digits(9, 1), digits(40, 1)).map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 2_000 }), (value, minutes) => {
        const { over, under } = factorOf(BigInt(minutes) * 60_000_000n);
        const expected = halfEven(times(read(value), over * EXACT_SCALE, under));
        const found = measure(type, { ...OTHERS[type], [field]: value }, minutes);
        expect(found).toEqual(new Map(expected === 0n ? [] : [[meter, expected]]));
      }),
      { numRuns: 300 },
    );
  });
});
