import type { Pool } from '@hopsmeter/db';

export type StatementsDeps = {
  readonly pool: Pool;
  /** Name and address of whoever issues statements, lines separated by `\n`; undefined when that is not set. */
  readonly issuer: string | undefined;
};
