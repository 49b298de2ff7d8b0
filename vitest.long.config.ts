import { configDefaults, type TestProjectInlineConfiguration } from 'vitest/config';
import { createConfig, LONG_TESTS } from './vitest.config.ts';

/** Those of which `npm test` plays a few seeds. */
export const SEEDED_TESTS = [
  '**/*.property.integration.test.ts',
  'test/bills.property.test.ts',
  'test/simulation/simulation.test.ts',
  'packages/usage/src/parse-event.fuzz.test.ts',
  'services/ingest/src/post-events.fuzz.test.ts',
  'test/client/spool-process.test.ts',
];

/** Whatever takes minutes, and more seeds of what is random; each file in a process of its own. */
export const longProject: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'long',
    // They end by themselves; a slow machine takes its time.
    testTimeout: 900_000,
    hookTimeout: 600_000,
    include: [LONG_TESTS, ...SEEDED_TESTS],
    exclude: configDefaults.exclude,
    env: {
      BILL_SEEDS: '20',
      SIMULATION_SEEDS: '10000',
      FUZZ_RUNS: '20000',
      PROPERTY_RUNS: '25',
      SPOOL_KILLS: '100',
    },
  },
};

/** What `npm run test:long` runs. */
export default createConfig([longProject]);
