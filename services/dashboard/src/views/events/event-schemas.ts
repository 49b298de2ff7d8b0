import * as z from 'zod/mini';
import { freshnessSchema } from '../../api/schemas.ts';

const eventSchema = z.object({
  id: z.string(),
  source: z.string(),
  clusterId: z.string(),
  type: z.string(),
  usageDate: z.string(),
  bookedOn: z.string(),
  accountOwnerId: z.string(),
  userId: z.string(),
  projectId: z.nullable(z.string()),
  meters: z.array(z.object({ meter: z.string(), quantity: z.string(), quantityExact: z.string() })),
  windowStartedAt: z.string(),
  windowEndedAt: z.string(),
  adjustment: z.nullable(z.enum(['reversal', 'correction', 'move'])),
  receivedAt: z.nullable(z.string()),
});

/** A row of the ledger: what an event books on one usage day. */
export type LedgerEvent = z.output<typeof eventSchema>;

/** `GET /v1/events` */
export const eventsSchema = z.object({
  events: z.array(eventSchema),
  nextCursor: z.optional(z.string()),
  freshness: freshnessSchema,
});
