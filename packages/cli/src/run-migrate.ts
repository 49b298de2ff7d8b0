import { migrate } from '@hopsmeter/db';
import { CliError, unreachable } from './cli-error.ts';
import { type Environment, migrationUrlOf, read } from './connections.ts';
import type { Screen } from './console/screen.ts';

/** `hopsmeter migrate`. @throws CliError when there is no Postgres to migrate. */
export async function runMigrate(env: Environment, screen: Screen): Promise<void> {
  const url = migrationUrlOf(env);
  if (url === undefined)
    throw new CliError('Set DATABASE_DIRECT_URL or DATABASE_URL to the Postgres that is to be migrated.');
  await migrateStep(
    url,
    read(env, 'DATABASE_DIRECT_URL') === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL',
    screen,
  );
}

/** Migrates as a step on the screen. `variable` names where the URL comes from, for the error. */
export async function migrateStep(url: string, variable: string, screen: Screen): Promise<void> {
  await screen.step('bringing the schema up to date', async () => {
    try {
      await migrate(url);
    } catch (error) {
      throw unreachable('Postgres', variable, url, error);
    }
    return { value: undefined, text: 'the schema is up to date' };
  });
}
