import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Clone } from '../../harness/pipeline.ts';

const runFile = promisify(execFile);

/** npm names every package that it could not get. */
const OUTPUT_BYTES_MAX = 16 * 2 ** 20;

/** The last lines say what failed. */
const OUTPUT_LINES_SHOWN = 30;

/** A revision does not exist, or cannot be built: the message says why. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/** A revision, built in a folder of its own. */
export type RevisionClone = Clone & {
  readonly commit: string;
  /** Removes the folder. */
  readonly close: () => Promise<void>;
};

/**
 * Unpacks a revision of the repository at `root` beside it and builds what is measured of it.
 *
 * @param report told what is done, because it takes a minute.
 * @throws RevisionError
 */
export async function cloneRevision(
  root: string,
  revision: string,
  report: (step: string) => void,
): Promise<RevisionClone> {
  const commit = await findCommit(root, revision);
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-against-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    report(`unpacking ${revision} (${commit.slice(0, 7)})`);
    await unpack(root, commit, folder);
    if (await hasSameLock(root, folder)) {
      report('its dependencies are those of this clone');
      await linkModules(root, folder);
    } else {
      report('its dependencies are others: npm ci');
      await install(revision, folder);
    }
    report('building its ingest and worker');
    await run(
      `${revision} does not build`,
      join(folder, 'node_modules/.bin/tsc'),
      ['--build', 'services/ingest', 'services/worker'],
      folder,
    );
    return { root: folder, commit, migrate: (url) => migrateWith(folder, url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The full name of the commit. */
async function findCommit(root: string, revision: string): Promise<string> {
  const name = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  try {
    return (await runFile('git', name, { cwd: root })).stdout.trim();
  } catch (error) {
    throw new RevisionError(`git knows no revision "${revision}" here: give a branch, tag or commit.`, {
      cause: error,
    });
  }
}

/** What is committed, and nothing else; git keeps no note of the folder. */
async function unpack(root: string, commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'revision.tar');
  await run('git archive failed', 'git', ['archive', '--format=tar', `--output=${archive}`, commit], root);
  await run('tar failed', 'tar', ['-xf', archive], folder);
  await rm(archive);
}

async function hasSameLock(root: string, folder: string): Promise<boolean> {
  const [ours, other] = await Promise.all([root, folder].map((place) => readFile(join(place, 'package-lock.json'))));
  return ours !== undefined && other !== undefined && ours.equals(other);
}

/** Without scripts of packages: neither the services nor the compiler need one. */
async function install(revision: string, folder: string): Promise<void> {
  const args = ['ci', '--include=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  // The npm that started us, where it did: another one on the PATH may read the lock file differently.
  const npm = process.env.npm_execpath;
  const [command, first] = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  await run(`npm ci for ${revision} failed`, command, [...first, ...args], folder);
}

/**
 * Lends the dependencies of the clone at `root` to the one at `folder`. Its own packages are not lent: their links are
 * relative, so copies of them lead into `folder`.
 */
async function linkModules(root: string, folder: string): Promise<void> {
  for (const place of ['.', ...(await listWorkspaces(folder))]) {
    const [from, to] = [join(root, place, 'node_modules'), join(folder, place, 'node_modules')];
    if (!existsSync(from)) continue;
    await mkdir(to);
    for (const { name } of await readdir(from, { withFileTypes: true }))
      if (name !== '@hopsmeter') await symlink(join(from, name), join(to, name));
    if (!existsSync(join(from, '@hopsmeter'))) continue;
    await mkdir(join(to, '@hopsmeter'));
    for (const name of await readdir(join(from, '@hopsmeter')))
      await symlink(await readlink(join(from, '@hopsmeter', name)), join(to, '@hopsmeter', name));
  }
}

async function listWorkspaces(folder: string): Promise<readonly string[]> {
  const groups = ['packages', 'services'];
  const names = await Promise.all(groups.map((group) => readdir(join(folder, group))));
  return names.flatMap((list, place) => list.map((name) => join(groups[place] ?? '', name)));
}

/** In a process of its own: the other revision's packages have the same names as ours. */
async function migrateWith(folder: string, url: string): Promise<void> {
  const database = pathToFileURL(join(folder, 'packages/db/dist/index.js')).href;
  const program = `import { migrate } from ${JSON.stringify(database)}; await migrate(process.env.DATABASE_URL);`;
  await run('its migrations failed', process.execPath, ['--input-type=module', '--eval', program], folder, {
    DATABASE_URL: url,
  });
}

async function run(
  failure: string,
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  try {
    await runFile(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES_MAX });
  } catch (error) {
    throw new RevisionError(`${failure}: ${outputOf(error)}`, { cause: error });
  }
}

/** The end of what the command wrote. */
function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const texts = ['stdout', 'stderr'].map((name) => Reflect.get(error, name)).filter((text) => typeof text === 'string');
  const lines = texts.join('').trim().split('\n').slice(-OUTPUT_LINES_SHOWN);
  return lines.join('\n') || error.message;
}
