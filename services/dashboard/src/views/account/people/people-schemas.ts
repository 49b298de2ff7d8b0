import * as z from 'zod/mini';

export const userSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  createdAt: z.string(),
});

export type User = z.output<typeof userSchema>;

/** `GET /v1/users` */
export const usersSchema = z.object({ users: z.array(userSchema), nextCursor: z.optional(z.string()) });

export const inviteSchema = z.object({
  id: z.string(),
  email: z.string(),
  status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
  createdAt: z.string(),
  expiresAt: z.string(),
});

export type Invite = z.output<typeof inviteSchema>;

/** `GET /v1/invites` */
export const invitesSchema = z.object({ invites: z.array(inviteSchema), nextCursor: z.optional(z.string()) });

/** `POST /v1/invites` */
export const createdInviteSchema = z.object({ invite: inviteSchema, token: z.string() });

/** `POST /v1/users/{id}/owner` */
export const ownerChangeSchema = z.object({
  from: z.string(),
  eventCount: z.number(),
  moved: z.array(z.object({ accountOwnerId: z.string(), meter: z.string(), quantity: z.string(), cost: z.string() })),
});

export type OwnerChange = z.output<typeof ownerChangeSchema>;
