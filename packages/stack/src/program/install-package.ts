import { access, rm, writeFile } from 'node:fs/promises';
import { runCommand } from '../process/run-command.ts';
import type { Report } from '../report.ts';
import { findProgram } from './find-program.ts';
import type { Package } from './package.ts';

/** A package index and, for a browser, 150 megabytes of packages over a slow line. */
const INSTALL_DEADLINE_MS = 600_000;

/** How long apt waits for another installation, in seconds: that one downloads over the same slow line. */
const LOCK_TIMEOUT_SECONDS = 120;

/** What Debian's package scripts ask before they start a service; the answer 101 means no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs a program with the system's package manager, having said so: apt-get for root, brew on macOS.
 *
 * @returns whether it did; `false` where there is no such package manager, we may not use it, or it failed.
 */
export async function installPackage(wanted: Package, report: Report): Promise<boolean> {
  const install = (await aptInstall(wanted)) ?? (await brewInstall(wanted));
  if (install === undefined) return false;
  report(`there is no ${wanted.title} here: installing it with ${install.name}`);
  try {
    await install.run();
    return true;
  } catch (error) {
    report(
      `${install.name} could not install ${wanted.title}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

interface Installation {
  readonly name: string;
  run(): Promise<void>;
}

async function aptInstall(wanted: Package): Promise<Installation | undefined> {
  const apt = await findProgram('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const waiting = ['-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`];
  const install = [...waiting, 'install', '--yes', '--no-install-recommends', wanted.apt];
  const withinMs = INSTALL_DEADLINE_MS;
  return {
    name: 'apt-get',
    run: () =>
      withoutServiceStart(async () => {
        // With current package lists the first call is enough; without, or with old ones, it is the second.
        await runCommand(apt, install, { withinMs, env }).catch(async () => {
          await runCommand(apt, ['update'], { withinMs, env });
          await runCommand(apt, install, { withinMs, env });
        });
      }),
  };
}

/**
 * Keeps the system's own service from starting: we need the program, and the service's usual port is not ours to take.
 */
async function withoutServiceStart(run: () => Promise<void>): Promise<void> {
  const isOurs = await access(SERVICE_POLICY).then(
    () => false,
    () => true,
  );
  if (isOurs) await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await run();
  } finally {
    if (isOurs) await rm(SERVICE_POLICY, { force: true });
  }
}

async function brewInstall(wanted: Package): Promise<Installation | undefined> {
  const brew = process.platform === 'darwin' ? await findProgram('brew') : undefined;
  if (brew === undefined) return undefined;
  const run = async () => {
    await runCommand(brew, ['install', wanted.brew], { withinMs: INSTALL_DEADLINE_MS });
  };
  return { name: 'brew', run };
}
