import { z } from 'zod';
import type { Answer } from '../asking/ask.ts';
import { readJson } from '../asking/read-json.ts';
import { SourceError } from '../source-error.ts';

/** What it is called in messages. */
export const WHOM = 'Hopsworks';

/** A list that has more pages than this goes round in circles. */
const PAGES_MAX = 1_000;

/** Versions differ: a list with its number, or the items alone. */
const listSchema = z.union([
  z.array(z.unknown()).transform((items) => ({ items, count: undefined })),
  z
    .object({ items: z.array(z.unknown()).nullish(), count: z.int().nonnegative().nullish() })
    // Without projects there are no items; without items and number it is no list.
    .refine(({ items, count }) => items != null || count === 0, 'expected a list of projects')
    .transform(({ items, count }) => ({ items: items ?? [], count: count ?? undefined })),
]);

/**
 * Reads a list to its end, whether or not Hopsworks divides it into pages: some versions ignore what page was asked
 * for, and answer with all of it each time.
 */
export async function readPages(
  readPage: (offset: number) => Promise<Answer>,
): Promise<{ readonly items: readonly unknown[]; readonly serverTime: number | undefined }> {
  const items = new Map<unknown, unknown>();
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { text, serverTime } = await readPage(items.size);
    const { items: read, count } = readJson(text, listSchema, WHOM);
    const sizeBefore = items.size;
    for (const item of read) items.set(idOf(item) ?? JSON.stringify(item), item);
    const hasMore = items.size > sizeBefore && (count === undefined || items.size < count);
    if (hasMore) continue;
    if (count === undefined || items.size >= count) return { items: [...items.values()], serverTime };
    throw new SourceError('ANSWER_UNREADABLE', `the list of ${WHOM} was cut off: ${items.size} of ${count} projects`);
  }
  throw new SourceError('ANSWER_UNREADABLE', `the list of ${WHOM} has no end`);
}

function idOf(item: unknown): unknown {
  return z.object({ id: z.int() }).safeParse(item).data?.id;
}
