import { findProgram } from '../program/find-program.ts';
import { installPackage } from '../program/install-package.ts';
import type { Package, Program } from '../program/package.ts';
import { findUnpacked, unpackDebianPackage } from '../program/unpack-debian-package.ts';
import type { Report } from '../report.ts';
import { StackError } from '../stack-error.ts';

const PROMETHEUS: Package = {
  title: 'Prometheus',
  apt: 'prometheus',
  brew: 'prometheus',
  debianPath: 'usr/bin/prometheus',
  folder: 'prometheus',
};

/**
 * Finds a Prometheus, or gets one: what is on the PATH, what an earlier start unpacked, the system's package manager,
 * packages unpacked without installing them. Each has `promtool` beside it.
 *
 * @param software - the folder for programs that are unpacked.
 * @throws StackError `PROMETHEUS_MISSING`.
 */
export async function findPrometheus(software: string, report: Report): Promise<Program> {
  const found = (await onPath()) ?? (await findUnpacked(PROMETHEUS, software));
  if (found !== undefined) return found;
  const installed = (await installPackage(PROMETHEUS, report)) ? await onPath() : undefined;
  const gotten = installed ?? (await unpackDebianPackage(PROMETHEUS, software, report));
  if (gotten !== undefined) return gotten;
  throw new StackError(
    'PROMETHEUS_MISSING',
    'No Prometheus found, and it could not be downloaded: install prometheus.',
  );
}

async function onPath(): Promise<Program | undefined> {
  const path = await findProgram('prometheus');
  return path === undefined ? undefined : { path, env: process.env };
}
