// `npm test`: prepares the clone, brings up a private Postgres and Redis, runs every check and then the tests that a
// change needs. `npm run test:long` (--long) runs the tests that take minutes instead, and no checks; `npm run
// test:all` (--all) runs everything. Other arguments go to vitest. The last line is `N passed, N failed`, of all; the
// exit code is 0 only when something ran and nothing failed.
import { PrepareError, prepare } from './prepare.mjs';
import { ROOT, runInstalled } from './run.mjs';
import { step } from './step.mjs';
import { readTestCounts, resultsFile } from './test-counts.mjs';

const DIRECTORY = `${ROOT}.hopsmeter/test`;

/** Each is cheap beside the tests; all of them run, so that one round shows everything that is wrong. */
const CHECKS = /** @type {const} */ ([
  ['lint and format', 'biome', ['check', '.']],
  ['types of the tests', 'tsc', ['-p', 'test/tsconfig.json']],
  ['migrations match the schema', 'drizzle-kit', ['check']],
  ['nothing that nobody uses', 'knip', ['--no-progress']],
]);

const flags = new Set(['--long', '--all'].filter((flag) => process.argv.includes(flag)));
const vitestArgs = process.argv.slice(2).filter((arg) => !flags.has(arg));

/** What says which tests are run. */
const CONFIG = flags.has('--all')
  ? 'vitest.all.config.ts'
  : flags.has('--long')
    ? 'vitest.long.config.ts'
    : 'vitest.config.ts';

const interrupted = new AbortController();
let exitCodeOfSignal = 0;
for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.on(signal, () => {
    // A second signal does not wait for the orderly end.
    if (interrupted.signal.aborted) process.exit(code);
    exitCodeOfSignal = code;
    interrupted.abort();
  });
}

try {
  await prepare();
  process.exitCode = (await testAll()) ? 0 : 1;
} catch (error) {
  console.error(isExpected(error) ? error.message : error);
  process.exitCode = 1;
}
if (interrupted.signal.aborted) process.exitCode = exitCodeOfSignal;

/**
 * Whether the message is all that a person needs.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
function isExpected(error) {
  return error instanceof PrepareError || (error instanceof Error && error.name === 'StackError');
}

/** @returns {Promise<boolean>} Whether all is well. */
async function testAll() {
  /** @type {(() => Promise<void>)[]} */
  const closers = [];
  try {
    const env = await bringUp(closers);
    return await runAll(env);
  } finally {
    // In the reverse order of starting, and each though another fails.
    for (const close of closers.reverse()) {
      await close().catch((error) => {
        console.error(error);
        process.exitCode = 1;
      });
    }
  }
}

/**
 * Uses the servers that are named in the environment and starts those that are not.
 *
 * @param {(() => Promise<void>)[]} closers
 */
async function bringUp(closers) {
  const stack = await import('../packages/stack/dist/index.js');
  const report = (/** @type {string} */ message) => console.log(`  ${message}`);
  const env = {
    TEST_DATABASE_URL: process.env.DATABASE_URL ?? '',
    TEST_REDIS_URL: process.env.REDIS_URL ?? '',
    // Before any test needs it: getting one may take minutes.
    CHROMIUM_PATH: await step('looking for Chromium', () => stack.findChromium(report)),
  };
  if (env.TEST_DATABASE_URL !== '' && env.TEST_REDIS_URL !== '') return env;
  const lock = await stack.lockDirectory(DIRECTORY);
  closers.push(() => lock.release());
  await stack.endLeftovers(DIRECTORY, report);
  const options = { directory: DIRECTORY, report };
  if (env.TEST_DATABASE_URL === '') {
    const postgres = await step('starting Postgres', () => stack.startPostgres({ ...options, isDurable: false }));
    closers.push(() => postgres.close());
    env.TEST_DATABASE_URL = postgres.url;
  }
  if (env.TEST_REDIS_URL === '') {
    const redis = await step('starting Redis', () => stack.startRedis(options));
    closers.push(() => redis.close());
    env.TEST_REDIS_URL = redis.url;
  }
  return env;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>}
 */
async function runAll(env) {
  const { signal } = interrupted;
  /** @type {string[]} */
  const failures = [];
  for (const [title, tool, args] of flags.has('--long') ? [] : CHECKS) {
    if (signal.aborted) return false;
    const isFine = await step(title, () => runInstalled(tool, args, { env, quiet: true, signal }));
    if (!isFine) failures.push(title);
  }
  if (signal.aborted) return false;
  const results = await resultsFile(DIRECTORY);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const isFine = await runInstalled('vitest', ['run', '--config', CONFIG, ...reporters, ...vitestArgs], {
    env,
    signal,
  });
  if (signal.aborted) return false;
  const { passed, failed: failedTests } = await readTestCounts(results);
  if (!isFine && failedTests === 0) failures.push('vitest ended with an error');
  // Whatever else failed counts as one each, so that the line never looks well when the run is not.
  const failed = failedTests + failures.length;
  for (const title of failures) console.log(`✗ ${title}: see above`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}
