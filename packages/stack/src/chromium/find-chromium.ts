import { commandSucceeds } from '../process/run-command.ts';
import { findProgram } from '../program/find-program.ts';
import { installPackage } from '../program/install-package.ts';
import type { Package } from '../program/package.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';

const CHROMIUM: Package = {
  title: 'Chromium',
  apt: 'chromium',
  brew: 'chromium',
  debianPath: 'usr/bin/chromium',
  folder: 'chromium',
};

/** How Debian, Ubuntu and Google call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Tells its version in a moment; on a machine that is busy with something else it takes seconds. */
const VERSION_DEADLINE_MS = 60_000;

/**
 * Finds a Chromium for tests of the page, or gets one: what `CHROMIUM_PATH` names, what is on the PATH, the system's
 * package manager. It is not unpacked without root as the servers are: a browser needs a hundred packages, and files of
 * the system that name each other.
 *
 * @returns the path of the program, which was run once.
 * @throws StackError `CHROMIUM_MISSING`.
 */
export async function findChromium(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env.CHROMIUM_PATH ?? '';
  if (given !== '') {
    if (await runs(given)) return given;
    throw new StackError('CHROMIUM_MISSING', `CHROMIUM_PATH names ${given}, which does not run as a browser.`);
  }
  const found = (await onPath(env)) ?? ((await installPackage(CHROMIUM, report)) ? await onPath(env) : undefined);
  if (found !== undefined) return found;
  throw new StackError(
    'CHROMIUM_MISSING',
    'No Chromium found to test the page with: install chromium, or set CHROMIUM_PATH to a compatible browser.',
  );
}

/** Ubuntu's `chromium-browser` is there without the browser until snap has it, so each is tried. */
async function onPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const name of NAMES) {
    const path = await findProgram(name, env);
    if (path !== undefined && (await runs(path))) return path;
  }
  return undefined;
}

function runs(path: string): Promise<boolean> {
  return commandSucceeds(path, ['--version'], { withinMs: VERSION_DEADLINE_MS });
}
