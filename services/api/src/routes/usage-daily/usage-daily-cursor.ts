import { z } from 'zod';
import { createPageCursor, dayPart, systemIdPart, textPart } from '../../contract/page-cursor.ts';

/** In the order of the rows. */
export const usageDailyCursor = createPageCursor(
  z.object({
    accountOwnerId: textPart,
    bookedOn: dayPart,
    userId: textPart,
    clusterId: systemIdPart,
    projectId: systemIdPart.nullable(),
    meter: textPart,
    usageDate: dayPart,
  }),
  'with the same filters. Not for CSV',
);
