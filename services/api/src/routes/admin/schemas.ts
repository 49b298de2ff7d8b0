import { z } from 'zod';
import { exactSchema } from '../../contract/amounts.ts';

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });
const openSchema = timeSchema.nullable().meta({ description: 'Null where the period is open' });

export const userSchema = z
  .object({
    id: z.string().meta({ examples: ['auth0|507f1f77'] }),
    email: z
      .string()
      .meta({ examples: ['ada@example.com'] })
      .nullable(),
    name: z
      .string()
      .meta({ examples: ['default'] })
      .nullable(),
    billingAddress: z
      .string()
      .nullable()
      .meta({
        description: 'Company and address on statements, lines separated by `\\n`; null: name and e-mail address',
        examples: ['Analytical Engines Ltd\n12 St. James’s Square\nLondon SW1Y 4LE'],
      }),
    accountOwnerId: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f77'], description: 'Who pays; null for an account owner' }),
    clusterId: z
      .string()
      .nullable()
      .meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'], description: 'The cluster that the user is on now' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'User' });

export const clusterSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    name: z.string().meta({ examples: ['eu-north-1'] }),
    status: z.enum(['active', 'inactive']).meta({ description: 'An inactive cluster takes no users' }),
    maxUsers: z.int().meta({ examples: [50] }),
    currentUsers: z.int().meta({ examples: [12], description: 'Users who are on it now' }),
    maxCores: z.int().meta({ examples: [512], description: 'More cores than this over a window are implausible' }),
    maxGpus: z.int().meta({ examples: [64], description: 'More GPUs than this over a window are implausible' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'Cluster' });

export const assignmentSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    userId: z.string().meta({ examples: ['auth0|507f1f78'] }),
    clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
    startedAt: openSchema,
    endedAt: openSchema,
  })
  .meta({ id: 'Assignment', description: 'That a user is, or was, on a cluster' });

export const projectSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
    namespace: z.string().meta({ examples: ['fraud-detection'] }),
    userId: z.string().meta({ examples: ['auth0|507f1f78'] }),
    startedAt: openSchema,
    endedAt: openSchema,
    isReported: z.boolean().meta({
      examples: [true],
      description: 'Whether it is as its cluster reports it; what staff or an import entered or changed is not',
    }),
  })
  .meta({ id: 'Project', description: 'A namespace of a cluster and whose it is, or was' });

export const aliasSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
    alias: z.string().meta({ examples: ['john1234'] }),
    userId: z.string().meta({ examples: ['auth0|507f1f78'] }),
    startedAt: openSchema,
    endedAt: openSchema,
  })
  .meta({ id: 'Alias', description: 'What a cluster calls a user, or called' });

export const inviteSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    email: z.string().meta({ examples: ['ada@example.com'] }),
    status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    acceptedAt: timeSchema.nullable(),
    acceptedByUserId: z
      .string()
      .meta({ examples: ['auth0|507f1f78'] })
      .nullable(),
    revokedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Invite' });

/** What a change of the past moved. */
export const moveShape = {
  eventCount: z
    .int()
    .min(0)
    .meta({ examples: [24], description: 'Events that moved' }),
  moved: z
    .array(
      z
        .object({
          accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
          meter: z.string().meta({ examples: ['cpu_hours'] }),
          quantity: exactSchema,
          cost: exactSchema,
        })
        .meta({ id: 'MovedUsage' }),
    )
    .meta({ description: 'What each account gained, or lost (negative), of each meter; exact' }),
};

/** The answer of a change of a project: the project as it is now, and what moved. */
export const projectChangeSchema = z
  .object({ dryRun: z.boolean(), project: projectSchema, ...moveShape })
  .meta({ id: 'ProjectChange' });
