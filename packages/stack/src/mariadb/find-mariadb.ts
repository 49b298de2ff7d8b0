import { delimiter } from 'node:path';
import { findProgram } from '../program/find-program.ts';
import { installPackage } from '../program/install-package.ts';
import type { Package, Program } from '../program/package.ts';
import { findUnpacked, unpackDebianPackage } from '../program/unpack-debian-package.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';

/** The server and what it needs to start, without clients. */
const MARIADB: Package = {
  title: 'MariaDB',
  apt: 'mariadb-server-core',
  brew: 'mariadb',
  debianPath: 'usr/sbin/mariadbd',
  folder: 'mariadb',
};

/**
 * Finds a MariaDB, or gets one: what is on the PATH, what an earlier start unpacked, the system's package manager,
 * packages unpacked without installing them.
 *
 * @param software - the folder for programs that are unpacked.
 * @throws StackError `MARIADB_MISSING`.
 */
export async function findMariaDb(software: string, report: Report): Promise<Program> {
  const found = (await onPath()) ?? (await findUnpacked(MARIADB, software));
  if (found !== undefined) return found;
  const installed = (await installPackage(MARIADB, report)) ? await onPath() : undefined;
  const gotten = installed ?? (await unpackDebianPackage(MARIADB, software, report));
  if (gotten !== undefined) return gotten;
  throw new StackError('MARIADB_MISSING', 'No MariaDB found, and it could not be downloaded: install mariadb-server.');
}

/** Debian installs it among root's programs, which an ordinary user's PATH leaves out. */
async function onPath(): Promise<Program | undefined> {
  const PATH = [process.env.PATH ?? '', '/usr/sbin'].join(delimiter);
  const path = await findProgram('mariadbd', { PATH });
  return path === undefined ? undefined : { path, env: process.env };
}
