import { expect, test } from 'vitest';
import { readArguments, UsageError } from './read-arguments.ts';

test('measures every load in five rounds of 20 s unless told otherwise', () => {
  const defaults = { revision: 'e988a07', rounds: 5, seconds: 20, loads: ['1000x8', '100x32', '1x32', 'twice'] };
  expect(readArguments(['--against', 'e988a07'])).toEqual({ ...defaults, json: undefined });
  expect(
    readArguments(['--against=main~3', '--rounds', '7', '--seconds=3', '--only', 'twice,1x32', '--json', 'a']),
  ).toEqual({ revision: 'main~3', rounds: 7, seconds: 3, loads: ['1x32', 'twice'], json: 'a' });
});

test('asks for help with and without a revision', () => {
  expect(readArguments(['--against', 'e988a07', '--help'])).toBeUndefined();
});

test.each([
  [['--against', ''], 'branch, tag or commit'],
  [['--against'], '--against'],
  [['--against', 'main', 'other'], 'other'],
  [['--against', 'main', '--rounds', '0'], '--rounds is a whole number from 1 on, not "0"'],
  [['--against', 'main', '--rounds', '2.5'], '--rounds'],
  [['--against', 'main', '--seconds', '1e2'], '--seconds'],
  [['--against', 'main', '--only', 'freshness'], '--only knows 1000x8, 100x32, 1x32, twice with --against'],
  [['--against', 'main', '--only', ''], '--only'],
  [['--against', 'main', '--ledger', '5'], '--ledger'],
])('says what is wrong with %j', (args, message) => {
  expect(() => readArguments(args)).toThrow(UsageError);
  expect(() => readArguments(args)).toThrow(message);
});
