import { access, chown, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { StackError } from '../stack-error.ts';
import type { Account } from './choose-account.ts';

/** initdb took half a second when measured; its closing fsync of the whole folder is what a slow disk stretches. */
const INITDB_DEADLINE_MS = 120_000;

/** The superuser of the local stack. Supabase's roles are made by the migrations. */
export const POSTGRES_USER = 'hopsmeter';

/** What `initData` needs. */
export interface InitDataOptions {
  readonly initdb: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly account: Account;
  readonly env: NodeJS.ProcessEnv;
}

/** Whether the folder holds a database already. */
export async function hasData(data: string): Promise<boolean> {
  return exists(join(data, 'PG_VERSION'));
}

/** Whether there is something at this path. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Creates the data folder. It is built beside its place and renamed, so that a start which is interrupted leaves either
 * nothing or a whole database.
 */
export async function initData({ initdb, data, passwordFile, account, env }: InitDataOptions): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (account.owner !== undefined) await chown(unfinished, account.owner.uid, account.owner.gid);
  // The builtin locale sorts alike on every platform and with every library; Unicode case rules still hold.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = [`--username=${POSTGRES_USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const { command, args, uid, gid } = account.wrap(initdb, [
    `--pgdata=${unfinished}`,
    ...login,
    ...locale,
    '--data-checksums',
    '--no-instructions',
  ]);
  try {
    await runCommand(command, args, { withinMs: INITDB_DEADLINE_MS, env, cwd: '/', uid, gid });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new StackError('NOT_READY', `Postgres could not create its data folder: ${reason}`, { cause: error });
  }
  await rename(unfinished, data);
}
