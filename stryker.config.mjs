// A sample: each place is tried with it again.
process.env.FUZZ_RUNS ??= '300';

/**
 * `npm run mutation` breaks packages/usage in one place at a time and asks the tests of that package whether they see
 * it. docs/proof.md says what came of it. Other scopes: `npm run mutation -- --mutate packages/usage/src/time.ts`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  mutate: ['packages/usage/src/**/*.ts', '!**/*.test.ts', '!**/index.ts'],
  // Nothing else is copied, so no other test can run. Without a tsconfig no compiler is asked: types are not what is
  // tested.
  ignorePatterns: [
    '**',
    '!packages/usage/package.json',
    '!packages/usage/tsconfig.json',
    '!packages/usage/src/**',
    '!package.json',
    '!tsconfig.base.json',
    '!vitest.config.ts',
  ],
  concurrency: 2,
  // What runs when a file is loaded has no test of its own: each of those places needs all tests, four fifths of the
  // time of a run. MUTATION_STATIC=1 takes them in.
  ignoreStatic: process.env.MUTATION_STATIC !== '1',
  // A busy machine must not make a slow test look like one that noticed.
  timeoutMS: 20_000,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['clear-text', 'progress', 'html', 'json'],
  htmlReporter: { fileName: '.hopsmeter/mutation/report.html' },
  jsonReporter: { fileName: '.hopsmeter/mutation/report.json' },
  tempDirName: '.hopsmeter/mutation/tmp',
};
