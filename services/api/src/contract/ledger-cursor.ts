import { z } from 'zod';
import { createPageCursor, dayPart, instantPart, systemIdPart } from './page-cursor.ts';

/** Of lists of rows of the ledger, which has no event of more days than this. */
const PARTS_MAX = 9_999;

/** The cursor of lists of rows of the ledger: they are ordered by the same. */
export const ledgerCursor = createPageCursor(
  z.object({
    usageDate: dayPart,
    windowStartedAt: instantPart,
    eventKey: systemIdPart,
    part: z.int().min(0).max(PARTS_MAX),
  }),
);
