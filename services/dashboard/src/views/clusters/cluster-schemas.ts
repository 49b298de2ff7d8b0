import * as z from 'zod/mini';

export const clusterSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['active', 'inactive']),
  maxUsers: z.number(),
  currentUsers: z.number(),
  maxCores: z.number(),
  maxGpus: z.number(),
  createdAt: z.string(),
});

/** `GET /v1/clusters/{id}`: with what is heard of it. */
export const activeClusterSchema = z.extend(clusterSchema, {
  lastEventAt: z.nullable(z.string()),
  reportedUntil: z.nullable(z.string()),
  missingHours: z.number(),
});

export type ActiveCluster = z.output<typeof activeClusterSchema>;

/** `GET /v1/clusters` */
export const clustersSchema = z.object({
  clusters: z.array(activeClusterSchema),
  nextCursor: z.optional(z.string()),
});

export const keySchema = z.object({
  id: z.string(),
  prefix: z.string(),
  status: z.enum(['live', 'expired', 'revoked']),
  createdAt: z.string(),
  expiresAt: z.nullable(z.string()),
  revokedAt: z.nullable(z.string()),
  lastUsedAt: z.nullable(z.string()),
});

export type ClusterKey = z.output<typeof keySchema>;

/** `GET /v1/clusters/{id}/keys` */
export const keysSchema = z.object({ keys: z.array(keySchema) });

/** `POST /v1/clusters/{id}/keys`, and that of a rotation. */
export const createdKeySchema = z.object({ key: z.string(), clusterKey: keySchema });

const userSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  accountOwnerId: z.nullable(z.string()),
});

export type ClusterUser = z.output<typeof userSchema>;

/** `GET /v1/users` */
export const usersSchema = z.object({ users: z.array(userSchema), nextCursor: z.optional(z.string()) });

const assignmentSchema = z.object({
  userId: z.string(),
  clusterId: z.string(),
  startedAt: z.nullable(z.string()),
  endedAt: z.nullable(z.string()),
});

/** `POST /v1/users/{id}/assignment` */
export const assignedSchema = assignmentSchema;

/** `DELETE /v1/users/{id}/assignment` and `POST /v1/users/{id}/assignment/end` */
export const unassignedSchema = z.object({ assignment: z.nullable(assignmentSchema) });

export const aliasSchema = z.object({
  id: z.string(),
  alias: z.string(),
  userId: z.string(),
  startedAt: z.nullable(z.string()),
  endedAt: z.nullable(z.string()),
});

export type Alias = z.output<typeof aliasSchema>;

/** `GET /v1/aliases` */
export const aliasesSchema = z.object({ aliases: z.array(aliasSchema), nextCursor: z.optional(z.string()) });

const projectSchema = z.object({
  id: z.string(),
  namespace: z.string(),
  userId: z.string(),
  startedAt: z.nullable(z.string()),
  endedAt: z.nullable(z.string()),
  isReported: z.boolean(),
});

export type Project = z.output<typeof projectSchema>;

/** `GET /v1/projects` */
export const projectsSchema = z.object({ projects: z.array(projectSchema), nextCursor: z.optional(z.string()) });

const movedShape = {
  eventCount: z.number(),
  moved: z.array(z.object({ accountOwnerId: z.string(), meter: z.string(), quantity: z.string(), cost: z.string() })),
};

/** `PATCH /v1/projects/{id}` and `POST /v1/projects/{id}/user` */
export const projectChangeSchema = z.object({ project: projectSchema, ...movedShape });

export type ProjectChange = z.output<typeof projectChangeSchema>;

/** `POST /v1/projects` and `POST /v1/projects/{id}/end`: the project itself, and what moved. */
export const changedProjectSchema = z.extend(projectSchema, movedShape);

export const ruleSchema = z.object({
  id: z.string(),
  pattern: z.string(),
  action: z.enum(['ignore', 'book']),
  userId: z.nullable(z.string()),
  reason: z.string(),
  createdAt: z.string(),
});

/** `GET /v1/namespace-rules` */
export const rulesSchema = z.object({
  rules: z.array(z.extend(ruleSchema, { ignoredCount: z.string(), bookedCost: z.string() })),
});

export type NamespaceRule = z.output<typeof rulesSchema>['rules'][number];
