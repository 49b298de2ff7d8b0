import { ACCOUNTS_SORTS, type AccountsSort } from '@hopsmeter/db';
import { z } from 'zod';
import { createPageCursor, textPart } from '../../contract/page-cursor.ts';

/** What accounts are ordered by when it is not a name: an amount with all its decimals. */
const AMOUNT = /^-?\d{1,26}\.\d{12}$/;

/** A name as Postgres holds it may be empty. It counts 255 characters, of which each is up to two of JavaScript's. */
const namePart = z
  .string()
  .max(2 * 255)
  .refine((text) => text.isWellFormed() && !text.includes('\0'));

const NAME_SORTS: ReadonlySet<AccountsSort> = new Set(['name', '-name']);

export const accountsCursor = createPageCursor(
  z
    .object({ sort: z.enum(ACCOUNTS_SORTS), key: namePart, id: textPart })
    .refine(({ sort, key }) => NAME_SORTS.has(sort) || AMOUNT.test(key)),
  'with the same month, q and sort',
);
