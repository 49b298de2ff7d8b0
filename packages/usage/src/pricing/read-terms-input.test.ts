import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity } from '../decimal.ts';
import { PRICE_MODELS } from './pricing.ts';
import { PRICE_MAX, readTermsInput, TERMS_ERRORS, type TermsInput, TIERS_MAX } from './read-terms-input.ts';

const TWO_TIERS = [{ upTo: '10', price: '2' }, { price: '1' }];

/** Pointer and code of each problem. */
function problemsOf(input: TermsInput): string[] {
  const reading = readTermsInput(input);
  if ('terms' in reading) return [];
  for (const { detail } of reading.problems) expect(detail.length).toBeGreaterThan(10);
  return reading.problems.map(({ pointer, code }) => `${pointer} ${code}`);
}

const termsOf = (input: TermsInput) => {
  const reading = readTermsInput(input);
  return 'terms' in reading ? reading.terms : reading.problems;
};

describe('terms that can be read', () => {
  it('are flat, for one unit, with nothing included, unless told otherwise', () => {
    expect(termsOf({ price: '0.35' })).toEqual({
      model: 'flat',
      price: parseQuantity('0.35'),
      priceQuantity: parseQuantity('1'),
      tiers: [],
      includedQuantity: 0n,
    });
  });

  it('are a package of its units', () => {
    const input = { model: 'package', price: '5', priceQuantity: '100', includedQuantity: '20' };
    expect(termsOf(input)).toEqual({
      model: 'package',
      price: parseQuantity('5'),
      priceQuantity: parseQuantity('100'),
      tiers: [],
      includedQuantity: parseQuantity('20'),
    });
  });

  it.each(['graduated', 'volume'])('are %s, with the first tier at the list price', (model) => {
    expect(termsOf({ model, tiers: TWO_TIERS, priceQuantity: '720' })).toEqual({
      model,
      price: parseQuantity('2'),
      priceQuantity: parseQuantity('720'),
      tiers: [
        { upTo: parseQuantity('10'), price: parseQuantity('2') },
        { upTo: undefined, price: parseQuantity('1') },
      ],
      includedQuantity: 0n,
    });
  });

  it('may have as many tiers as are allowed', () => {
    const tiers = Array.from({ length: TIERS_MAX - 1 }, (_, i) => ({ upTo: `${i + 1}`, price: '1' }));
    expect(problemsOf({ model: 'volume', tiers: [...tiers, { price: '1' }] })).toEqual([]);
  });

  it('may say with null that the last tier has no end', () => {
    const tiers = [{ upTo: null, price: '1' }];
    expect(termsOf({ model: 'volume', tiers })).toMatchObject({ tiers: [{ upTo: undefined }] });
  });

  it.each([
    ['0', '0'],
    ['1e-3', '0.001'],
    ['3.5E2', '350'],
    ['0.000000000001', '0.000000000001'],
    ['0.10000000000000000000', '0.1'],
    ['1000000000', '1000000000'],
    ['-0', '0'],
  ])('take the price %s as %s', (price, read) => {
    expect(termsOf({ price })).toMatchObject({ price: parseQuantity(read) });
  });
});

describe('terms that cannot be read', () => {
  it.each([
    ['NaN', 'INVALID_DECIMAL'],
    ['nan', 'INVALID_DECIMAL'],
    ['Infinity', 'INVALID_DECIMAL'],
    ['-Infinity', 'INVALID_DECIMAL'],
    ['', 'INVALID_DECIMAL'],
    [' 1', 'INVALID_DECIMAL'],
    ['1,5', 'INVALID_DECIMAL'],
    ['0x10', 'INVALID_DECIMAL'],
    ['1e999', 'INVALID_DECIMAL'],
    ['0.0000000000001', 'INVALID_DECIMAL'],
    ['1e-13', 'INVALID_DECIMAL'],
    ['1.0000000000005', 'INVALID_DECIMAL'],
    ['-0.01', 'DECIMAL_OUT_OF_RANGE'],
    ['-1e-12', 'DECIMAL_OUT_OF_RANGE'],
    ['1000000000.000000000001', 'DECIMAL_OUT_OF_RANGE'],
    ['1e400', 'DECIMAL_OUT_OF_RANGE'],
  ])('have the price %j', (price, code) => {
    expect(problemsOf({ price })).toEqual([`/price ${code}`]);
    const tiers = [{ upTo: '10', price: '1' }, { price }];
    expect(problemsOf({ model: 'graduated', tiers })).toEqual([`/tiers/1/price ${code}`]);
  });

  it.each([
    ['0', 'DECIMAL_OUT_OF_RANGE'],
    ['-1', 'DECIMAL_OUT_OF_RANGE'],
    ['NaN', 'INVALID_DECIMAL'],
    ['1e-13', 'INVALID_DECIMAL'],
    ['1000000000001', 'DECIMAL_OUT_OF_RANGE'],
  ])('have a price for %s units', (priceQuantity, code) => {
    expect(problemsOf({ price: '1', priceQuantity })).toEqual([`/priceQuantity ${code}`]);
  });

  it.each([
    ['-1', 'DECIMAL_OUT_OF_RANGE'],
    ['NaN', 'INVALID_DECIMAL'],
    ['1e16', 'DECIMAL_OUT_OF_RANGE'],
  ])('include %s units', (includedQuantity, code) => {
    expect(problemsOf({ price: '1', includedQuantity })).toEqual([`/includedQuantity ${code}`]);
  });

  it('cost more than the highest price for a whole unit', () => {
    expect(problemsOf({ price: '500000000', priceQuantity: '0.5' })).toEqual([]);
    expect(problemsOf({ price: '500000000.1', priceQuantity: '0.5' })).toEqual(['/price DECIMAL_OUT_OF_RANGE']);
    expect(problemsOf({ price: formatQuantity(PRICE_MAX), priceQuantity: '2' })).toEqual([]);
    expect(problemsOf({ price: '1000000000.1', priceQuantity: '2' })).toEqual(['/price DECIMAL_OUT_OF_RANGE']);
  });

  it.each(['', 'FLAT', 'tiered', 'constructor', 'toString'])('have the model %j', (model) => {
    expect(problemsOf({ model, price: '1' })).toEqual(['/model INVALID_MODEL']);
  });

  it.each([
    ['flat', { price: '1', tiers: TWO_TIERS }, '/tiers UNKNOWN_FIELD'],
    ['package', { price: '1', tiers: [] }, '/tiers UNKNOWN_FIELD'],
    ['graduated', { price: '1', tiers: TWO_TIERS }, '/price UNKNOWN_FIELD'],
    ['volume', { price: '1', tiers: TWO_TIERS }, '/price UNKNOWN_FIELD'],
    ['flat', {}, '/price MISSING_FIELD'],
    ['package', {}, '/price MISSING_FIELD'],
    ['graduated', {}, '/tiers MISSING_FIELD'],
    ['volume', {}, '/tiers MISSING_FIELD'],
  ])('have other fields than %s terms: %j', (model, input, problem) => {
    expect(problemsOf({ model, ...input })).toEqual([problem]);
  });

  it.each([
    ['none', [], '/tiers INVALID_TIERS'],
    [
      'too many',
      Array.from({ length: TIERS_MAX + 1 }, (_, i) => ({ upTo: `${i + 1}`, price: '1' })),
      '/tiers INVALID_TIERS',
    ],
    ['all with an end', [{ upTo: '10', price: '1' }], '/tiers/0/upTo INVALID_TIERS'],
    ['two without an end', [{ price: '2' }, { price: '1' }], '/tiers/0/upTo INVALID_TIERS'],
    ['one of no units', [{ upTo: '0', price: '2' }, { price: '1' }], '/tiers/0/upTo DECIMAL_OUT_OF_RANGE'],
    ['one of less', [{ upTo: '-5', price: '2' }, { price: '1' }], '/tiers/0/upTo DECIMAL_OUT_OF_RANGE'],
    ['an end that is none', [{ upTo: 'NaN', price: '2' }, { price: '1' }], '/tiers/0/upTo INVALID_DECIMAL'],
    [
      'two of one end',
      [{ upTo: '10', price: '3' }, { upTo: '10.0', price: '2' }, { price: '1' }],
      '/tiers/1/upTo INVALID_TIERS',
    ],
    [
      'a fall',
      [{ upTo: '10', price: '3' }, { upTo: '9.999999999999', price: '2' }, { price: '1' }],
      '/tiers/1/upTo INVALID_TIERS',
    ],
  ])('have tiers with %s', (_what, tiers, problem) => {
    expect(problemsOf({ model: 'graduated', tiers })).toEqual([problem]);
    expect(problemsOf({ model: 'volume', tiers })).toEqual([problem]);
  });

  it.each<[TermsInput, string]>([
    [{ price: 'x' }, 'expected decimal text with at most 12 decimals'],
    [{ price: '-1' }, 'expected at least 0 and at most 1000000000'],
    [{ price: '1', priceQuantity: '0' }, 'expected more than 0 and at most 1000000000000'],
    [{ price: '1', includedQuantity: '-1' }, 'expected at least 0 and at most 1000000000000000'],
    [{ price: '1', model: 'tiered' }, 'expected one of flat, graduated, volume, package'],
    [{ price: '1', tiers: TWO_TIERS }, 'flat terms have no tiers'],
    [{ model: 'package' }, 'package terms have a price'],
    [{ model: 'volume' }, 'volume terms have tiers'],
    [{ model: 'volume', price: '1', tiers: TWO_TIERS }, 'the first tier has the list price'],
    [{ model: 'graduated', tiers: [] }, 'expected 1 to 50 tiers'],
    [
      { model: 'graduated', tiers: [{ upTo: '1', price: '1' }] },
      'expected the last tier, and no other, to be without an end',
    ],
    [
      { model: 'volume', tiers: [{ upTo: '1.5', price: '2' }, { upTo: '1', price: '2' }, { price: '1' }] },
      'expected more than 1.5',
    ],
  ])('are told in words: %j', (input, detail) => {
    const reading = readTermsInput(input);
    expect('terms' in reading ? [] : reading.problems.map((problem) => problem.detail)).toEqual([detail]);
  });

  it('are told all that is wrong at once', () => {
    const tiers = [
      { upTo: 'x', price: '-1' },
      { upTo: '5', price: '1' },
      { upTo: '4', price: 'y' },
    ];
    expect(problemsOf({ model: 'volume', price: '1', priceQuantity: '0', includedQuantity: '-1', tiers })).toEqual([
      '/priceQuantity DECIMAL_OUT_OF_RANGE',
      '/includedQuantity DECIMAL_OUT_OF_RANGE',
      '/price UNKNOWN_FIELD',
      '/tiers/0/upTo INVALID_DECIMAL',
      '/tiers/0/price DECIMAL_OUT_OF_RANGE',
      '/tiers/2/price INVALID_DECIMAL',
      '/tiers/2/upTo INVALID_TIERS',
    ]);
  });
});

it('reads or refuses whatever text comes, and what it reads keeps every promise', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('0', '1', '10', '0.5', '-1', 'NaN', '1e3', '1e-12', '1e-13', '1e16'),
  );
  const maybe = fc.option(text, { nil: undefined });
  const tier = fc.record({ upTo: fc.option(maybe, { nil: null }), price: text });
  const input = fc.record({
    model: fc.option(fc.constantFrom<string>(...PRICE_MODELS, 'other'), { nil: undefined }),
    price: maybe,
    priceQuantity: maybe,
    tiers: fc.option(fc.array(tier, { maxLength: 4 }), { nil: undefined }),
    includedQuantity: maybe,
  });
  fc.assert(
    fc.property(input, (given) => {
      const reading = readTermsInput(given);
      if ('problems' in reading) {
        expect(reading.problems.length).toBeGreaterThan(0);
        for (const { code } of reading.problems) expect(Object.keys(TERMS_ERRORS)).toContain(code);
        return;
      }
      const { model, price, priceQuantity, tiers, includedQuantity } = reading.terms;
      expect(price >= 0n && price <= PRICE_MAX && priceQuantity > 0n && includedQuantity >= 0n).toBe(true);
      expect(tiers.length > 0).toBe(model === 'graduated' || model === 'volume');
      if (tiers.length > 0) expect(tiers[0]?.price).toBe(price);
      tiers.forEach(({ upTo }, place) => {
        const isLast = place === tiers.length - 1;
        expect(upTo === undefined).toBe(isLast);
        if (upTo !== undefined) expect(upTo > (tiers[place - 1]?.upTo ?? 0n)).toBe(true);
      });
    }),
    { numRuns: 2_000 },
  );
});
