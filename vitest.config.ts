import { configDefaults, defineConfig } from 'vitest/config';

/** Minutes of faults, hundreds of thousands of rows: `npm run test:long` has them, see vitest.long.config.ts. */
export const LONG_TESTS = '**/*.long.test.ts';

/**
 * Workspace packages are tested from their sources, so a test never runs against an old build. Vitest hands conditions
 * on to Node too; `import` among them would give pg's ES wrapper to CommonJS callers.
 */
const conditions = ['source', 'node'];

/** What `npm test` runs. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, LONG_TESTS],
    pool: 'forks',
    // Tests start real servers; more at once than cores would make each of them slow.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
