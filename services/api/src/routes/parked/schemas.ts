import { PARKED_STATUSES } from '@hopsmeter/db';
import { PARK_REASONS } from '@hopsmeter/usage';
import { z } from 'zod';
import { reasonField, systemIdField } from '../../contract/fields.ts';

/** Parked events that one request names at most: what a person can look at before deciding. */
const IDS_MAX = 1_000;

/** That many ids of 36 characters with their quotes, and a reason. */
export const BODY_BYTES_MAX = 65_536;

export const idsField = z
  .array(systemIdField('A parked event'))
  .min(1)
  .max(IDS_MAX)
  .meta({ description: `Parked events, by their ids, 1 to ${IDS_MAX}` });

/** What a decision about parked events is told with. */
export const decisionSchema = z.strictObject({
  ids: idsField,
  reason: reasonField.meta({ description: 'Why; kept with the event and in the audit log' }),
});

const timeSchema = z
  .string()
  .nullable()
  .meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

export const parkedEventSchema = z
  .object({
    id: z.string().meta({
      examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'],
      description: 'Names the parked event; not the id of the event',
    }),
    eventId: z
      .string()
      .meta({ examples: ['eu-north-1/recommender/2026-11-22T13'], description: "The event's own `id`" }),
    sourcePath: z
      .string()
      .meta({ examples: ['/opencost'], description: "What follows the cluster in the event's `source`" }),
    clusterId: z
      .string()
      .meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] })
      .nullable(),
    reason: z.enum(PARK_REASONS).meta({ description: 'Why it was not counted when it was tried last' }),
    detail: z.string().meta({ examples: ['no project has the namespace fraud-detection at that time'] }),
    status: z.enum(PARKED_STATUSES),
    parkedAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    ageSeconds: z.int().meta({ examples: [3600], description: 'How long it waits, or waited' }),
    tryCount: z
      .int()
      .min(0)
      .meta({ examples: [2], description: 'How often it was tried again' }),
    triedAt: timeSchema,
    dueAt: timeSchema.meta({ description: 'Since when a person wants it to be tried; null when nobody does' }),
    releasedAt: timeSchema.meta({ description: 'When a person decided to count it as it is' }),
    releaseReason: z
      .string()
      .meta({ examples: ['a night of training'] })
      .nullable(),
    resolvedAt: timeSchema,
    resolvedBy: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f77'], description: 'Who released it or gave it up' }),
    resolution: z
      .string()
      .nullable()
      .meta({
        examples: ['counted'],
        description: '`counted`, `duplicate` when the ledger held it already, or why it was given up',
      }),
    event: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The event as it was parked, or the beginning of a job that could not be read' }),
  })
  .meta({ id: 'ParkedEvent' });

/** Names a parked event. */
export const parkedIdSchema = z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] });

/** The ids of a request that the answer does not name as done: not pending, or not what the route is for. */
export function skippedOf(ids: readonly string[], done: readonly string[]): string[] {
  const isDone = new Set(done);
  return [...new Set(ids.map((id) => id.toLowerCase()))].filter((id) => !isDone.has(id));
}
