import { delimiter } from 'node:path';
import { findProgram } from '../program/find-program.ts';
import { installPackage } from '../program/install-package.ts';
import type { Package, Program } from '../program/package.ts';
import { findUnpacked, unpackDebianPackage } from '../program/unpack-debian-package.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';

const PGBOUNCER: Package = {
  title: 'PgBouncer',
  apt: 'pgbouncer',
  brew: 'pgbouncer',
  debianPath: 'usr/sbin/pgbouncer',
  folder: 'pgbouncer',
};

/**
 * Finds a PgBouncer, or gets one: what is on the PATH, what an earlier start unpacked, the system's package manager,
 * packages unpacked without installing them.
 *
 * @param software - the folder for programs that are unpacked.
 * @throws StackError `PGBOUNCER_MISSING`.
 */
export async function findPgBouncer(software: string, report: Report): Promise<Program> {
  const found = (await onPath()) ?? (await findUnpacked(PGBOUNCER, software));
  if (found !== undefined) return found;
  const installed = (await installPackage(PGBOUNCER, report)) ? await onPath() : undefined;
  const gotten = installed ?? (await unpackDebianPackage(PGBOUNCER, software, report));
  if (gotten !== undefined) return gotten;
  throw new StackError('PGBOUNCER_MISSING', 'No PgBouncer found, and it could not be downloaded: install pgbouncer.');
}

/** Debian installs it among root's programs, which an ordinary user's PATH leaves out. */
async function onPath(): Promise<Program | undefined> {
  const PATH = [process.env.PATH ?? '', '/usr/sbin'].join(delimiter);
  const path = await findProgram('pgbouncer', { PATH });
  return path === undefined ? undefined : { path, env: process.env };
}
