import type * as z from 'zod/mini';
import { readApi } from '../../api/client.ts';
import { closedSchema } from './month-schemas.ts';

/** Accounts that one request can name. */
const ACCOUNTS_NAMED_MAX = 25;

/** A thousand accounts are looked at in one request of a dry run, at 15 to 40 ms each. */
const TIMEOUT_MS = 300_000;

export type Closing = {
  readonly month: string;
  readonly accountOwnerIds?: readonly string[];
  readonly after?: string;
  readonly dryRun?: boolean;
  readonly acceptWaiting?: boolean;
  readonly reason?: string;
};

/** Closes a month for accounts, or says what that would do. @throws ApiProblem */
export function sendClosing(closing: Closing): Promise<z.output<typeof closedSchema>> {
  return readApi('/v1/statements/close', closedSchema, { method: 'POST', body: closing, timeoutMs: TIMEOUT_MS });
}

/** In parts that one request can name. */
export function inParts(ids: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(ids.length / ACCOUNTS_NAMED_MAX);
  return Array.from({ length: count }, (_, part) =>
    ids.slice(part * ACCOUNTS_NAMED_MAX, (part + 1) * ACCOUNTS_NAMED_MAX),
  );
}
