// Makes a clone ready to run: the right Node, installed dependencies, built packages. Plain Node, because it runs
// before anything is installed; with nothing to do it takes a moment.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { ROOT, run, runInstalled } from './run.mjs';
import { step } from './step.mjs';

/** The first Node 20 that loads ES modules with require(), which our tools do. */
const NODE_MIN = [20, 19];

/** What `npm ci` was last run for. It removes node_modules first, so the file is there only after a whole install. */
const INSTALLED_FILE = `${ROOT}node_modules/.hopsmeter-lock-hash`;

const QUIET_TOOLS = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };

/** An expected failure: its message is all that a person needs. */
export class PrepareError extends Error {}

/**
 * Installs and builds what is missing or out of date.
 *
 * @throws {PrepareError}
 */
export async function prepare() {
  requireNode();
  const lockHash = createHash('sha256')
    .update(await readFile(`${ROOT}package-lock.json`))
    .digest('hex');
  const installed = await readFile(INSTALLED_FILE, 'utf8').catch(() => undefined);
  if (installed !== lockHash) {
    await step('installing dependencies (npm ci)', install);
    await writeFile(INSTALLED_FILE, lockHash);
  }
  await step('building', build);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = NODE_MIN;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  throw new PrepareError(`hopsmeter needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`);
}

async function install() {
  // The npm that started us, where it did: another one on the PATH may read the lock file differently.
  const npm = process.env.npm_execpath;
  // A shell with NODE_ENV=production would leave out the compiler.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const isJs = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  const isDone = await (isJs
    ? run(process.execPath, [npm, ...args], { quiet: true })
    : run('npm', args, { quiet: true }));
  if (!isDone) throw new PrepareError('npm ci failed: its output is above.');
}

async function build() {
  const args = ['run', 'build', '--output-logs=errors-only'];
  if (!(await runInstalled('turbo', args, { env: QUIET_TOOLS, quiet: true }))) {
    throw new PrepareError('The build failed: its output is above.');
  }
}
