import { ClientError } from '@hopsmeter/client';
import { DemoError } from '@hopsmeter/demo';
import { StackError } from '@hopsmeter/stack';

/** An expected failure: the message says what happened and what to do, and is all that a person needs. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

function isExpected(error: unknown): error is Error {
  return [CliError, ClientError, DemoError, StackError].some((kind) => error instanceof kind);
}

/** What a person reads about an error. The stack is only shown for those that nobody expected. */
export function describeError(error: unknown): string {
  if (isExpected(error)) return error.message;
  if (error instanceof Error) return `this is a bug in hopsmeter, please report it:\n${error.stack ?? error.message}`;
  return String(error);
}

/**
 * What is wrong with a server that was given by its URL, without the password in it.
 *
 * @returns an error to throw: `Postgres at db.example.com:5432 (DATABASE_URL): ECONNREFUSED`.
 */
export function unreachable(what: string, variable: string, url: string, error: unknown): CliError {
  return new CliError(`${what} at ${hostOf(url)} (${variable}): ${reasonOf(error)}`, { cause: error });
}

/** Where a server is, without the user and the password. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unknown address';
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  // drizzle puts the statement into the message and the reason into the cause.
  if (error instanceof Error && error.cause instanceof Error) return reasonOf(error.cause);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
