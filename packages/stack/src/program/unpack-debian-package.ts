import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { commandSucceeds, runCommand } from '../process/run-command.ts';
import type { Report } from '../report.ts';
import { findProgram } from './find-program.ts';
import type { Package, Program } from './package.ts';

/** A package index and a few megabytes of packages over a slow line. */
const DOWNLOAD_DEADLINE_MS = 300_000;

/** Unpacking and asking the package database are local. */
const LOCAL_DEADLINE_MS = 60_000;

/**
 * What a bare Debian or Ubuntu lacks for redis-server or pgbouncer is about ten packages: many more is another matter.
 */
const PACKAGES_MAX = 40;

/** Finds what an earlier `unpackDebianPackage` left, and checks that it still runs here. */
export async function findUnpacked(wanted: Package, software: string): Promise<Program | undefined> {
  const root = join(software, wanted.folder);
  const path = join(root, wanted.debianPath);
  const env = { ...process.env, LD_LIBRARY_PATH: (await libraryFolders(root)).join(delimiter) };
  const runs = await commandSucceeds(path, ['--version'], { withinMs: LOCAL_DEADLINE_MS, env });
  return runs ? { path, env } : undefined;
}

/**
 * Gets a program on a Debian-like system without root: apt names the packages that are missing, downloads them
 * (signatures checked as always), and they are unpacked into our own folder. Nothing of the system changes.
 *
 * @returns `undefined` where that cannot be done.
 */
export async function unpackDebianPackage(
  wanted: Package,
  software: string,
  report: Report,
): Promise<Program | undefined> {
  const [apt, dpkg] = [await findProgram('apt-get'), await findProgram('dpkg')];
  if (apt === undefined || dpkg === undefined) return undefined;
  report(`there is no ${wanted.title} here: downloading ${wanted.apt} with apt-get, into this folder only`);
  const work = join(software, `${wanted.folder}.unfinished`);
  await rm(work, { recursive: true, force: true });
  const downloads = join(work, 'downloads');
  const root = join(work, 'root');
  for (const folder of [downloads, root]) await mkdir(folder, { recursive: true });
  try {
    await download(wanted.apt, apt, work, downloads);
    for (const name of await readdir(downloads)) {
      await runCommand(dpkg, ['-x', join(downloads, name), root], { withinMs: LOCAL_DEADLINE_MS });
    }
    await rm(join(software, wanted.folder), { recursive: true, force: true });
    await rename(root, join(software, wanted.folder));
  } catch (error) {
    report(`apt-get could not download ${wanted.apt}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return findUnpacked(wanted, software);
}

/** With the system's package lists where they serve, else with lists of our own: only root may update the system's. */
async function download(name: string, apt: string, work: string, downloads: string): Promise<void> {
  const own = join(work, 'apt');
  await mkdir(join(own, 'lists/partial'), { recursive: true });
  await mkdir(join(own, 'archives/partial'), { recursive: true });
  const ownCache = ['-o', `Dir::Cache=${own}`, '-o', 'Debug::NoLocking=true'];
  const ownLists = [...ownCache, '-o', `Dir::State::lists=${join(own, 'lists')}`];
  const fetch = async (options: readonly string[]) => {
    const simulate = [...options, 'install', '--simulate', '--no-install-recommends', name];
    const packages = missingPackages(await runCommand(apt, simulate, { withinMs: LOCAL_DEADLINE_MS }));
    await runCommand(apt, [...options, 'download', ...packages], { withinMs: DOWNLOAD_DEADLINE_MS, cwd: downloads });
  };
  await fetch(ownCache).catch(async () => {
    await runCommand(apt, [...ownLists, 'update'], { withinMs: DOWNLOAD_DEADLINE_MS });
    await fetch(ownLists);
  });
}

/** The names in the lines `Inst libjemalloc2 (5.3.0-1 Debian:12.0/stable [amd64])`. */
export function missingPackages(simulated: string): readonly string[] {
  const names = [...simulated.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  if (names.length === 0 || names.length > PACKAGES_MAX) {
    throw new Error(`apt-get would install ${names.length} packages, which cannot be right`);
  }
  return names;
}

async function libraryFolders(root: string): Promise<readonly string[]> {
  const parents = [join(root, 'usr/lib'), join(root, 'lib')];
  const found = await Promise.all(
    parents.map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return [parent, ...names.filter((name) => name.includes('-linux-')).map((name) => join(parent, name))];
    }),
  );
  return found.flat();
}
