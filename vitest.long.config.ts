import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base, { LONG_TESTS } from './vitest.config.ts';

/** Those of which `npm test` plays a few seeds only. */
const SEEDED_TESTS = [
  '**/*.property.integration.test.ts',
  'test/bills.property.test.ts',
  'test/simulation/simulation.test.ts',
  'packages/usage/src/parse-event.fuzz.test.ts',
  'services/ingest/src/post-events.fuzz.test.ts',
];

/** Takes five minutes: at the end, where its size puts it, the other worker would have nothing left to do. */
const LONGEST = /test\/chaos\/chaos\.long\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(LONGEST.test(b.moduleId)) - Number(LONGEST.test(a.moduleId)));
  }
}

/** What `npm run test:long` runs: whatever takes minutes, and more seeds of what is random. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // They end by themselves; a slow machine takes its time.
    testTimeout: 900_000,
    hookTimeout: 600_000,
    include: [LONG_TESTS, ...SEEDED_TESTS],
    exclude: configDefaults.exclude,
    env: { BILL_SEEDS: '20', SIMULATION_SEEDS: '10000', FUZZ_RUNS: '20000', PROPERTY_RUNS: '25' },
    sequence: { sequencer: LongestFirst },
  },
});
