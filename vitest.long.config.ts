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

/** How much is played of what is random, how long chaos lasts, and how often something is killed. */
const AMOUNTS = {
  BILL_SEEDS: '20',
  SIMULATION_SEEDS: '10000',
  FUZZ_RUNS: '20000',
  PROPERTY_RUNS: '25',
  CHAOS_MINUTES: '3',
  IMPORT_KILLS: '20',
  SPOOL_KILLS: '100',
};

/** Whatever takes minutes, and more seeds of what is random; each file in a process of its own. */
export function createLongProject(
  amounts: typeof AMOUNTS = AMOUNTS,
  without: readonly string[] = [],
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: 'long',
      // They end by themselves; a slow machine takes its time.
      testTimeout: 900_000,
      hookTimeout: 600_000,
      include: [LONG_TESTS, ...SEEDED_TESTS],
      exclude: [...configDefaults.exclude, ...without],
      env: amounts,
    },
  };
}

/** What `npm run test:long` runs. */
export default createConfig([createLongProject()]);
