import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

const TESTS = ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'];

/**
 * Browsers, attacks, faults, hundreds of thousands of rows: what starts services and keeps them busy. `npm run
 * test:long` has them, see vitest.long.config.ts.
 */
export const LONG_TESTS = '**/*.long.test.ts';

/**
 * What a test file changes for everything that runs in its process later: modules, clocks, globals, the environment.
 * Such a file gets a process of its own. The others share theirs and what was imported in it: 62 files of the packages
 * took 53 s of CPU each by itself and 27 s together. BullMQ's connections to a Redis that is killed look for it until
 * their process ends.
 */
const CHANGES_ITS_PROCESS =
  /\bstartPrivateRedis\b|\bvi\.(mock|doMock|useFakeTimers|setSystemTime|stubGlobal|stubEnv)\b|\bprocess\.env\b[^;=]*[^=!]=(?!=)|\bprocess\.(chdir|umask)\b/;

const ALONE = ['packages', 'services', 'test'].flatMap(listTests).filter(changesItsProcess);

/**
 * The longest ones, longest first. At the end, where their sizes put them, one worker would play one of them while the
 * others had nothing left to do.
 */
const LONGEST = [
  'test/chaos/chaos.long.test.ts',
  'test/collector/month.long.test.ts',
  'test/import-usage.long.test.ts',
  'test/exports/big-export.long.test.ts',
  'test/import-kill.long.test.ts',
  'test/faults.long.test.ts',
  'test/browser/views.long.test.ts',
  'test/newer-node.long.test.ts',
  'test/browser/use.long.test.ts',
  'test/browser/demo-page.long.test.ts',
  'test/browser/security.long.test.ts',
  'test/page-sign-in.long.test.ts',
  'test/pipeline-health.long.test.ts',
  'test/browser/many-accounts.long.test.ts',
  'test/attacks/costly-bodies.long.test.ts',
  'packages/demo/src/create-demo.long.test.ts',
  'test/simulation/simulation.test.ts',
  'test/bills.property.test.ts',
  'test/collector/backlog.long.test.ts',
  'test/exactness.long.test.ts',
  'test/attacks/secrets-in-logs.long.test.ts',
  'test/attacks/slow-senders.long.test.ts',
  'packages/queue/src/queue.integration.test.ts',
];

class LongestFirst extends BaseSequencer {
  /** Files that share a process follow each other: in between others it would be ended and begun anew. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isShared(a)) - Number(isShared(b)) || placeOf(a) - placeOf(b));
  }
}

const isShared = ({ project }: TestSpecification): boolean => project.config.isolate === false;

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return place === -1 ? LONGEST.length : place;
}

/**
 * Workspace packages are tested from their sources, so a test never runs against an old build. Vitest hands conditions
 * on to Node too; `import` among them would give pg's ES wrapper to CommonJS callers.
 */
const conditions = ['source', 'node'];

/** What all runs have in common. */
export function createConfig(projects: readonly TestProjectInlineConfiguration[]) {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      pool: 'forks',
      // Tests start real servers and wait for them: with one more than cores, both have something to do.
      maxWorkers: 3,
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // A condition comes when it comes; vitest's own second is too short for a busy machine.
      expect: { poll: { timeout: 30_000 } },
      sequence: { sequencer: LongestFirst },
      projects: [...projects],
    },
  });
}

/** Tests of `npm test`, in two groups: each file in a process of its own, and all in the same ones. */
export function shortProjects(without: readonly string[] = []): readonly TestProjectInlineConfiguration[] {
  const exclude = [...configDefaults.exclude, LONG_TESTS, ...without];
  return [
    { extends: true, test: { name: 'alone', include: [...ALONE], exclude } },
    { extends: true, test: { name: 'together', include: TESTS, exclude: [...exclude, ...ALONE], isolate: false } },
  ];
}

/** What `npm test` runs. */
export default createConfig(shortProjects());

function listTests(folder: string): readonly string[] {
  if (!existsSync(`${ROOT}${folder}`)) return [];
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules/'))
    .map((path) => `${folder}/${path}`);
}

function changesItsProcess(path: string): boolean {
  return CHANGES_ITS_PROCESS.test(readFileSync(`${ROOT}${path}`, 'utf8'));
}
