import { z } from 'zod';

/** The id of something that was made here (a cluster, a project, a batch): a UUID of any version, in small letters. */
export const systemIdSchema = z.guid().lowercase();

/** Whether a text is a {@link systemIdSchema} as it stands. */
export function isSystemId(text: string): boolean {
  return systemIdSchema.safeParse(text).success;
}

/** Reads what somebody wrote in letters of either size; undefined when it is no UUID. */
export function parseSystemId(text: string): string | undefined {
  return systemIdSchema.safeParse(text.toLowerCase()).data;
}
