import { createConfig, shortProjects } from './vitest.config.ts';
import { createLongProject, SEEDED_TESTS } from './vitest.long.config.ts';

/**
 * A fifth of all that is played: whole months and fourteen of them, files of a million rows, other versions of Node.
 * `npm run test:long` has them; a merge waits half an hour at most.
 */
const FOR_A_RELEASE = [
  'test/collector/month.long.test.ts',
  'test/import-usage.long.test.ts',
  'test/exports/big-export.long.test.ts',
  'test/newer-node.long.test.ts',
];

/**
 * What `npm run test:all` runs: `npm test` and `npm run test:long` in one go, so that all workers have something to do
 * to the end. What is random is played once: more of it than in `npm test`, and as much as a merge can wait for. Every
 * kind of thing that histories are for happens here too.
 */
export default createConfig([
  ...shortProjects(SEEDED_TESTS),
  createLongProject(
    {
      BILL_SEEDS: '6',
      SIMULATION_SEEDS: '3000',
      FUZZ_RUNS: '8000',
      PROPERTY_RUNS: '8',
      CHAOS_MINUTES: '2',
      IMPORT_KILLS: '6',
      SPOOL_KILLS: '30',
    },
    FOR_A_RELEASE,
  ),
]);
