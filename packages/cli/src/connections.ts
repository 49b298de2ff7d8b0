/** What the environment says about the servers to use. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; an empty one counts as not set, as `NAME=` in a compose file means. */
export function read(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** The Postgres that services use; perhaps a transaction pooler. `undefined`: none is given. */
export function databaseUrlOf(env: Environment): string | undefined {
  return withPassword(read(env, 'DATABASE_URL'), env);
}

/** The Postgres that migrations use: the server itself, where it is named. */
export function migrationUrlOf(env: Environment): string | undefined {
  return withPassword(read(env, 'DATABASE_DIRECT_URL'), env) ?? databaseUrlOf(env);
}

/** Supabase shows its URLs without the password, which comes in a variable of its own. */
function withPassword(url: string | undefined, env: Environment): string | undefined {
  const password = read(env, 'SUPABASE_DB_PASSWORD');
  if (url === undefined || password === undefined || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.password !== '' || parsed.username === '') return url;
  parsed.password = encodeURIComponent(password);
  return parsed.href;
}
