import { describe, expect, it } from 'vitest';
import { conflictPositionsOf, type FailureKind, isDatabaseAway, kindOfFailure } from './errors.ts';

const failure = (code?: unknown) => Object.assign(new Error('failed'), code === undefined ? {} : { code });

describe('kinds of failures', () => {
  it.each<[string, FailureKind]>([
    ['HM001', 'directory_changed'],
    ['HM002', 'conflicts'],
    ['40001', 'retry'],
    ['40P01', 'retry'],
    ['53300', 'retry'],
    ['57P01', 'retry'],
    ['57P03', 'retry'],
    ['57014', 'retry'],
    ['08006', 'retry'],
    ['58030', 'retry'],
    ['55P03', 'retry'],
    ['ECONNREFUSED', 'retry'],
    ['ECONNRESET', 'retry'],
    ['ETIMEDOUT', 'retry'],
    ['EPIPE', 'retry'],
    ['22003', 'data'],
    ['22021', 'data'],
    ['22P05', 'data'],
    ['23502', 'data'],
    ['23505', 'data'],
    ['23514', 'data'],
    ['42P01', 'unexpected'],
    ['42703', 'unexpected'],
    ['28P01', 'unexpected'],
    ['25006', 'unexpected'],
    ['XX000', 'unexpected'],
  ])('takes %s for %s', (code, kind) => {
    expect(kindOfFailure(failure(code))).toBe(kind);
  });

  it.each([[failure()], [failure(42)], ['text'], [undefined], [null], [{}]])(
    'retries what has no code of the database (%j)',
    (error) => {
      expect(kindOfFailure(error)).toBe('retry');
    },
  );
});

describe('positions of conflicts', () => {
  it('are read from the detail', () => {
    expect(conflictPositionsOf({ detail: '[3,1]' })).toEqual([3, 1]);
  });

  it.each([[undefined], [{}], [{ detail: 7 }], [{ detail: '{"a":1}' }], [{ detail: '[1.5]' }], [{ detail: '["1"]' }]])(
    'must be there (%j)',
    (error) => {
      expect(() => conflictPositionsOf(error)).toThrow(TypeError);
    },
  );
});

describe('a database that is away', () => {
  it.each([
    failure('57P01'),
    failure('40001'),
    failure('ECONNREFUSED'),
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
    new Error('Failed query: select 1', { cause: new Error('timeout exceeded when trying to connect') }),
    new Error('Failed query: select 1', { cause: failure('EPIPE') }),
  ])('is what %s says', (error) => {
    expect(isDatabaseAway(error)).toBe(true);
  });

  it.each([
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    new Error('anything'),
    failure('22P05'),
    failure('42P01'),
    failure('ERR_INVALID_ARG_TYPE'),
    undefined,
  ])('is not what %s says', (error) => {
    expect(isDatabaseAway(error)).toBe(false);
  });
});
