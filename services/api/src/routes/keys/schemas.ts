import { KEY_STATUSES } from '@hopsmeter/db';
import type { RequestErrorCode } from '@hopsmeter/usage';
import { z } from 'zod';
import { changed } from '../../contract/change-responses.ts';

const timeSchema = z
  .string()
  .nullable()
  .meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

export const clusterKeySchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
    prefix: z.string().meta({ description: 'To tell keys apart', examples: ['hwm_live_3kPq'] }),
    status: z.enum(KEY_STATUSES),
    createdAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    expiresAt: timeSchema,
    revokedAt: timeSchema,
    lastUsedAt: timeSchema.meta({ description: 'Accurate to about a minute; null if never used' }),
    rotatedFromId: z
      .string()
      .nullable()
      .meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'], description: 'The key that this one replaces' }),
  })
  .meta({ id: 'ClusterKey', description: 'A key that a cluster posts with, without its secret' });

/** The only answer that ever holds a key. */
export const secretField = z.string().meta({
  description: 'The key. It is shown only once and stored nowhere',
  examples: ['hwm_live_0000000000000000000000000000000000000'],
});

/** Answers of a route that makes a key. */
export function made<S extends z.ZodType>(description: string, schema: S, ...rules: readonly RequestErrorCode[]) {
  const { 200: answer, ...problems } = changed(description, schema, ...rules);
  return { 201: answer, ...problems };
}
