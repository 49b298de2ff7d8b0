import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from '@hopsmeter/db';
import { choosePort, startPostgres } from '@hopsmeter/stack';

const UNFINISHED = 'unfinished-';

/**
 * Puts the data folder of a stopped Postgres with everything migrated where `startPostgres` looks for one. It is made
 * once for a state of the migrations and copied from then on.
 *
 * @param root - the clone. The prepared folder is kept in it.
 * @param directory - of the stack that is to be started.
 */
export async function layOutPostgres(root: string, directory: string): Promise<void> {
  const kept = join(root, '.hopsmeter/prepared');
  const prepared = join(kept, await hashFolders(join(root, 'drizzle'), join(root, 'packages/stack/src/postgres')));
  if (!existsSync(prepared)) await prepare(kept, prepared);
  // Not fs.cp: a Postgres that cannot run as root needs its files to stay its own.
  await promisify(execFile)('cp', ['-a', join(prepared, 'postgres'), directory]);
}

/** Made beside its place and renamed: two test files may both find it missing; then the second one's is removed. */
async function prepare(kept: string, prepared: string): Promise<void> {
  await mkdir(kept, { recursive: true });
  const unfinished = await mkdtemp(join(kept, UNFINISHED));
  const postgres = await startPostgres({ directory: unfinished, port: await choosePort(), isDurable: false });
  try {
    await migrate(postgres.url);
  } finally {
    await postgres.close();
  }
  for (const name of await readdir(kept))
    if (name !== basename(prepared) && !name.startsWith(UNFINISHED))
      await rm(join(kept, name), { recursive: true, force: true });
  await rename(unfinished, prepared).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

async function hashFolders(...folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders)
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (entry.isFile()) hash.update(`${entry.name}\0`).update(await readFile(join(folder, entry.name)));
  return hash.digest('hex').slice(0, 12);
}
