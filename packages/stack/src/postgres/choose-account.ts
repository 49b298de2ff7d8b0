import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { commandSucceeds } from '../process/run-command.ts';
import type { Program } from '../program/package.ts';
import { StackError } from '../stack-error.ts';

/** A probe starts one small program; ten seconds is a machine that stands still. */
const PROBE_DEADLINE_MS = 10_000;

/** The account that a server runs as. */
export interface Account {
  /** Who must own the data; absent when that is simply us. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Turns a command into one that runs as this account. */
  wrap(command: string, args: readonly string[]): AccountCommand;
}

/** What to hand to spawn. */
export interface AccountCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Decides who runs a server that refuses to run as root, as Postgres and PgBouncer do: an ordinary user runs it as
 * themselves; for root it is the owner of the data that is there already, else the user `postgres`, else `nobody`.
 *
 * A clone below /root cannot be entered by those. Then the server keeps one of root's capabilities, to pass closed
 * folders (CAP_DAC_OVERRIDE), through util-linux' setpriv: the clone's permissions stay as they are.
 *
 * @param home - the folder that will hold the data; it is created.
 * @throws StackError `USER_UNUSABLE`.
 */
export async function chooseAccount(home: string, program: Program): Promise<Account> {
  const uid = process.getuid?.();
  await mkdir(home, { recursive: true, mode: 0o700 });
  const { uid: ownerUid, gid: ownerGid } = await stat(home);
  if (uid !== 0) {
    if (uid === ownerUid) return { wrap: (command, args) => ({ command, args }) };
    throw new StackError(
      'USER_UNUSABLE',
      `${home} belongs to the user with id ${ownerUid}: run as that user, or remove it.`,
    );
  }
  const owner = ownerUid === 0 ? await findUnprivilegedUser() : { uid: ownerUid, gid: ownerGid };
  const ways = [direct(owner), throughSetpriv(owner)];
  for (const wrap of ways) if (await canRun(wrap, program, home)) return { owner, wrap };
  throw new StackError(
    'USER_UNUSABLE',
    `${basename(program.path)} cannot run as root, and the user with id ${owner.uid} cannot enter ${home}: ` +
      'clone into a folder that everyone can enter, install util-linux (setpriv), or run as an ordinary user.',
  );
}

type Owner = NonNullable<Account['owner']>;

function direct({ uid, gid }: Owner): Account['wrap'] {
  return (command, args) => ({ command, args, uid, gid });
}

function throughSetpriv({ uid, gid }: Owner): Account['wrap'] {
  const become = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  // Postgres asks access(2) about its own files, which looks at the capability only when this security bit is set.
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return (command, args) => ({ command: 'setpriv', args: [...become, ...keep, '--', command, ...args] });
}

/** Whether the account can enter the folder and run the program with its libraries; tried, not derived from modes. */
async function canRun(wrap: Account['wrap'], { path, env }: Program, folder: string): Promise<boolean> {
  const probe = wrap('/bin/sh', ['-c', 'test -x "$1" && exec "$0" --version', path, folder]);
  return commandSucceeds(probe.command, probe.args, {
    withinMs: PROBE_DEADLINE_MS,
    env,
    cwd: '/',
    uid: probe.uid,
    gid: probe.gid,
  });
}

async function findUnprivilegedUser(): Promise<Owner> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([found]) => found === name) ?? [];
    // macOS writes nobody as -2, which is not a number that spawn takes.
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StackError(
    'USER_UNUSABLE',
    'A server cannot run as root, and there is no user postgres or nobody: add one.',
  );
}
