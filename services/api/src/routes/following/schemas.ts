import type { MissingCounts } from '@hopsmeter/db';
import { FOLLOWED_TABLES } from '@hopsmeter/usage';
import { z } from 'zod';

/** How many rows of each table are missing. */
export const missingSchema = z
  .object(
    Object.fromEntries(
      FOLLOWED_TABLES.map((table) => [
        table,
        z
          .int()
          .min(0)
          .meta({ examples: [0] }),
      ]),
    ),
  )
  .meta({ id: 'MissingRows' });

/** Writes what {@link missingSchema} describes. */
export function describeMissing(missing: MissingCounts): Record<string, number> {
  return Object.fromEntries(FOLLOWED_TABLES.map((table) => [table, missing[table] ?? 0]));
}
