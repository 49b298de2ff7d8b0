import { createConfig, shortProjects } from './vitest.config.ts';
import { longProject, SEEDED_TESTS } from './vitest.long.config.ts';

/**
 * What `npm run test:all` runs: `npm test` and `npm run test:long` in one go, so that both workers have something to do
 * to the end. What is random is played once, with the seeds of `npm run test:long`.
 */
export default createConfig([...shortProjects(SEEDED_TESTS), longProject]);
