import { z } from 'zod';
import { exactSchema } from '../../contract/amounts.ts';
import { PROBLEM_RESPONSES } from '../../contract/problems.ts';

/** Rows of a page of these lists: staff read them on a screen. */
export const ROWS_MAX = 500;
export const ROWS_DEFAULT = 100;

/** The largest body: the longest id, name, e-mail address and reason, each character written as `\uXXXX`. */
export const BODY_BYTES_MAX = 16_384;

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });
const openSchema = timeSchema.nullable().meta({ description: 'Null where the period is open' });

export const userSchema = z
  .object({
    id: z.string().meta({ examples: ['auth0|507f1f77'] }),
    email: z.string().nullable(),
    name: z.string().nullable(),
    accountOwnerId: z.string().nullable().meta({ description: 'Who pays; null for an account owner' }),
    clusterId: z.string().nullable().meta({ description: 'The cluster that the user is on now' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'User' });

export const clusterSchema = z
  .object({
    id: z.string(),
    name: z.string().meta({ examples: ['eu-north-1'] }),
    status: z.enum(['active', 'inactive']).meta({ description: 'An inactive cluster takes no users' }),
    maxUsers: z.int(),
    currentUsers: z.int().meta({ description: 'Users who are on it now' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'Cluster' });

export const assignmentSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    clusterId: z.string(),
    startedAt: openSchema,
    endedAt: openSchema,
  })
  .meta({ id: 'Assignment', description: 'That a user is, or was, on a cluster' });

export const projectSchema = z
  .object({
    id: z.string(),
    clusterId: z.string(),
    namespace: z.string().meta({ examples: ['fraud-detection'] }),
    userId: z.string(),
    startedAt: openSchema,
    endedAt: openSchema,
  })
  .meta({ id: 'Project', description: 'A namespace of a cluster and whose it is, or was' });

export const inviteSchema = z
  .object({
    id: z.string(),
    accountOwnerId: z.string(),
    email: z.string(),
    status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    acceptedAt: timeSchema.nullable(),
    acceptedByUserId: z.string().nullable(),
    revokedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Invite' });

/** What a change of the past moved. */
export const moveShape = {
  eventCount: z.int().min(0).meta({ description: 'Events that moved' }),
  moved: z
    .array(
      z
        .object({
          accountOwnerId: z.string(),
          meter: z.string().meta({ examples: ['cpu_hours'] }),
          quantity: exactSchema,
          cost: exactSchema,
        })
        .meta({ id: 'MovedUsage' }),
    )
    .meta({ description: 'What each account gained, or lost (negative), of each meter; exact' }),
};

const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
});

const problem = (description: string) => ({ ...PROBLEM_RESPONSES[400], description });

/** The problems of a route that changes something. */
const CHANGE_PROBLEMS = {
  ...PROBLEM_RESPONSES,
  404: problem('What the address names does not exist'),
  409: problem('A rule is in the way; the code says which'),
  413: problem('The body is too large'),
  415: problem('The body is not JSON'),
};

/** Answers of a route that changes something. */
export function changed<S extends z.ZodType>(description: string, schema: S) {
  return { 200: json(description, schema), ...CHANGE_PROBLEMS };
}

/** Answers of a route that creates something: 201 when it is new, 200 when it was there. */
export function created<S extends z.ZodType>(description: string, schema: S) {
  return { 201: json(description, schema), ...changed('It was there already', schema) };
}

/** Answers of a list. */
export function listed<S extends z.ZodType>(description: string, schema: S) {
  return { 200: json(description, schema), ...PROBLEM_RESPONSES };
}
