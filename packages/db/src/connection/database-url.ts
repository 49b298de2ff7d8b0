/**
 * Puts a password into the URL of a Postgres. Supabase shows its URLs without the password, which comes in a variable
 * of its own (`SUPABASE_DB_PASSWORD`). A URL that has a password keeps it, and one without a user gets none.
 *
 * @throws TypeError when there is a password and `url` is no URL.
 */
export function addDatabasePassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const target = new URL(url);
  if (target.password !== '' || target.username === '') return url;
  target.password = encodeURIComponent(password);
  return target.href;
}
