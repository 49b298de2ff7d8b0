import { ApplicationDatabaseError } from '@hopsmeter/db';
import { CliError, hostOf } from './cli-error.ts';

/** The value is not shown: it may hold a password. @throws CliError when `--from` is no URL of a Postgres. */
export function requireApplicationUrl(from: string): void {
  const protocol = URL.canParse(from) ? new URL(from).protocol : undefined;
  if (protocol !== 'postgres:' && protocol !== 'postgresql:')
    throw new CliError('--from must be a URL that starts with postgres:// or postgresql://.');
}

/** Says which database it is that cannot be read; anything else is as it was. */
export function namingApplication(from: string, error: unknown): unknown {
  if (!(error instanceof ApplicationDatabaseError)) return error;
  return new CliError(`The application database at ${hostOf(from)} (--from) ${error.message}.`, { cause: error });
}
