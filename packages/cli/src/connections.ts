import { addDatabasePassword } from '@hopsmeter/db';
import { CliError } from './cli-error.ts';

/** What the environment says about the servers to use. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; an empty one counts as not set, as `NAME=` in a compose file means. */
export function read(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The Postgres that services use; perhaps a transaction pooler. `undefined`: none is given.
 *
 * @throws CliError when what is given is no URL of a Postgres.
 */
export function databaseUrlOf(env: Environment): string | undefined {
  return readDatabaseUrl(env, 'DATABASE_URL');
}

/** The Postgres that migrations use: the server itself, where it is named. @throws CliError, see above. */
export function migrationUrlOf(env: Environment): string | undefined {
  return readDatabaseUrl(env, 'DATABASE_DIRECT_URL') ?? databaseUrlOf(env);
}

/** The Redis to use; `undefined`: none is given. @throws CliError when what is given is no URL of a Redis. */
export function redisUrlOf(env: Environment): string | undefined {
  return readUrl(env, 'REDIS_URL', ['redis:', 'rediss:'])?.href;
}

/** With the password of Supabase, where the URL has none. */
function readDatabaseUrl(env: Environment, name: string): string | undefined {
  const url = readUrl(env, name, ['postgres:', 'postgresql:']);
  return url === undefined ? undefined : addDatabasePassword(url.href, read(env, 'SUPABASE_DB_PASSWORD'));
}

/** The value is not shown: it may hold a password. */
function readUrl(env: Environment, name: string, protocols: readonly string[]): URL | undefined {
  const text = read(env, name);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol))
    throw new CliError(`${name} must be a URL that starts with ${protocols.join('// or ')}//.`);
  return url;
}
